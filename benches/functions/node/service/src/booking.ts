import { Type } from 'class-transformer';
import { IsDate, IsEmail, IsInt, IsString, Max, Min, ValidateNested } from 'class-validator';

export class Customer {
  @IsString()
  name: string;

  @IsEmail()
  email: string;
}

/** What a customer asks for. */
export class Booking {
  @IsString()
  room: string;

  @Type(() => Date)
  @IsDate()
  from: Date;

  @IsInt()
  @Min(1)
  @Max(24)
  hours: number;

  @Type(() => Customer)
  @ValidateNested()
  customer: Customer;
}
