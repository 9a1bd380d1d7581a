"use strict";
// Entry: an API Gateway event (format 2.0) in, its response out.
Object.defineProperty(exports, "__esModule", { value: true });
exports.handler = handler;
require("reflect-metadata");
const common_1 = require("@nestjs/common");
const core_1 = require("@nestjs/core");
const platform_fastify_1 = require("@nestjs/platform-fastify");
const app_module_1 = require("./app.module");
const KEPT_HEADERS = ['content-type', 'location'];
async function start() {
    const app = await core_1.NestFactory.create(app_module_1.AppModule, new platform_fastify_1.FastifyAdapter(), {
        logger: ['error', 'warn'],
    });
    app.useGlobalPipes(new common_1.ValidationPipe({ transform: true, whitelist: true }));
    await app.init();
    await app.getHttpAdapter().getInstance().ready();
    return app;
}
// Begun while the module is imported, so that the first request finds it as far as it got.
const started = start();
async function handler(event) {
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
