import { Controller, DefaultValuePipe, Get, Param, ParseIntPipe, Query } from '@nestjs/common';
import { Room, RoomsService } from './rooms.service';

@Controller('rooms')
export class RoomsController {
  constructor(private readonly rooms: RoomsService) {}

  @Get()
  list(@Query('seats', new DefaultValuePipe(1), ParseIntPipe) seats: number): Room[] {
    return this.rooms.withSeats(seats);
  }

  @Get(':name')
  show(@Param('name') name: string): Room {
    return this.rooms.named(name);
  }
}
