import { createHash } from 'node:crypto';
import { Body, Controller, Header, Post } from '@nestjs/common';
import { LazyModuleLoader } from '@nestjs/core';
import { Booking } from './booking';
import { RoomsService } from './rooms.service';

const HOUR_IN_MILLISECONDS = 3_600_000;

@Controller('bookings')
export class BookingsController {
  constructor(
    private readonly rooms: RoomsService,
    private readonly lazy: LazyModuleLoader,
  ) {}

  @Post()
  book(@Body() booking: Booking) {
    const room = this.rooms.named(booking.room);
    return {
      number: createHash('sha256').update(JSON.stringify(booking)).digest('hex').slice(0, 12),
      room: room.name,
      until: new Date(booking.from.getTime() + booking.hours * HOUR_IN_MILLISECONDS),
      amount: room.pricePerHour * booking.hours,
    };
  }

  /** Few want an invoice: what writes it is loaded when somebody does. */
  @Post('invoice')
  @Header('content-type', 'text/plain; charset=utf-8')
  async invoice(@Body() booking: Booking): Promise<string> {
    const { InvoicesModule, InvoicesService } = await import('./invoices.module');
    const module = await this.lazy.load(() => InvoicesModule);
    return module.get(InvoicesService).write(booking, this.rooms.named(booking.room));
  }
}
