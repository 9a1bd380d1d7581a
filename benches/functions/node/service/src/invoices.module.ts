import { Injectable, Module } from '@nestjs/common';
import { Booking } from './booking';
import { Room } from './rooms.service';

const TAX = 0.19;
const CENTS = 100;

@Injectable()
export class InvoicesService {
  write(booking: Booking, room: Room): string {
    const net = room.pricePerHour * booking.hours;
    const tax = Math.round(net * TAX);
    return [
      `Invoice for ${booking.customer.name} <${booking.customer.email}>`,
      `${booking.hours} h in the ${room.name} from ${booking.from.toISOString()}`,
      `Net ${this.euros(net)}, tax ${this.euros(tax)}, total ${this.euros(net + tax)}`,
    ].join('\n');
  }

  private euros(cents: number): string {
    return `${(cents / CENTS).toFixed(2)} EUR`;
  }
}

@Module({ providers: [InvoicesService] })
export class InvoicesModule {}
