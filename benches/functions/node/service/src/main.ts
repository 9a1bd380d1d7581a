// Entry: an API Gateway event (format 2.0) in, its response out.

import 'reflect-metadata';
import { ValidationPipe } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { FastifyAdapter, NestFastifyApplication } from '@nestjs/platform-fastify';
import { AppModule } from './app.module';

interface GatewayEvent {
  rawPath: string;
  rawQueryString: string;
  headers: Record<string, string>;
  requestContext: { http: { method: 'GET' | 'POST' } };
  body?: string;
  isBase64Encoded: boolean;
}

interface GatewayResponse {
  statusCode: number;
  headers: Record<string, string>;
  body: string;
  isBase64Encoded: boolean;
}

const KEPT_HEADERS = ['content-type', 'location'];

async function start(): Promise<NestFastifyApplication> {
  const app = await NestFactory.create<NestFastifyApplication>(AppModule, new FastifyAdapter(), {
    logger: ['error', 'warn'],
  });
  app.useGlobalPipes(new ValidationPipe({ transform: true, whitelist: true }));
  await app.init();
  await app.getHttpAdapter().getInstance().ready();
  return app;
}

// Begun while the module is imported, so that the first request finds it as far as it got.
const started = start();

export async function handler(event: GatewayEvent): Promise<GatewayResponse> {
  const app = await started;
  const response = await app.inject({
    method: event.requestContext.http.method,
    url: event.rawQueryString ? `${event.rawPath}?${event.rawQueryString}` : event.rawPath,
    headers: event.headers,
    payload: event.body && Buffer.from(event.body, event.isBase64Encoded ? 'base64' : 'utf8'),
  });
  const headers = Object.entries(response.headers).filter(([name]) => KEPT_HEADERS.includes(name));
  return {
    statusCode: response.statusCode,
    headers: Object.fromEntries(headers.map(([name, value]) => [name, String(value)])),
    body: response.payload,
    isBase64Encoded: false,
  };
}
