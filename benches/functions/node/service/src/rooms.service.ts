import { Injectable, NotFoundException } from '@nestjs/common';

export interface Room {
  name: string;
  seats: number;
  /** In cents. */
  pricePerHour: number;
}

@Injectable()
export class RoomsService {
  private readonly rooms: Room[] = [
    { name: 'attic', seats: 6, pricePerHour: 1800 },
    { name: 'garden', seats: 12, pricePerHour: 3200 },
    { name: 'hall', seats: 80, pricePerHour: 11500 },
  ];

  withSeats(seats: number): Room[] {
    return this.rooms.filter((room) => room.seats >= seats);
  }

  named(name: string): Room {
    const room = this.rooms.find((it) => it.name === name);
    if (!room) throw new NotFoundException(`no room is called ${name}`);
    return room;
  }
}
