import { Module } from '@nestjs/common';
import { BookingsController } from './bookings.controller';
import { RoomsController } from './rooms.controller';
import { RoomsService } from './rooms.service';

@Module({ controllers: [RoomsController, BookingsController], providers: [RoomsService] })
export class AppModule {}
