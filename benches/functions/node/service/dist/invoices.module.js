"use strict";
var __decorate = (this && this.__decorate) || function (decorators, target, key, desc) {
    var c = arguments.length, r = c < 3 ? target : desc === null ? desc = Object.getOwnPropertyDescriptor(target, key) : desc, d;
    if (typeof Reflect === "object" && typeof Reflect.decorate === "function") r = Reflect.decorate(decorators, target, key, desc);
    else for (var i = decorators.length - 1; i >= 0; i--) if (d = decorators[i]) r = (c < 3 ? d(r) : c > 3 ? d(target, key, r) : d(target, key)) || r;
    return c > 3 && r && Object.defineProperty(target, key, r), r;
};
Object.defineProperty(exports, "__esModule", { value: true });
exports.InvoicesModule = exports.InvoicesService = void 0;
const common_1 = require("@nestjs/common");
const TAX = 0.19;
const CENTS = 100;
let InvoicesService = class InvoicesService {
    write(booking, room) {
        const net = room.pricePerHour * booking.hours;
        const tax = Math.round(net * TAX);
        return [
            `Invoice for ${booking.customer.name} <${booking.customer.email}>`,
            `${booking.hours} h in the ${room.name} from ${booking.from.toISOString()}`,
            `Net ${this.euros(net)}, tax ${this.euros(tax)}, total ${this.euros(net + tax)}`,
        ].join('\n');
    }
    euros(cents) {
        return `${(cents / CENTS).toFixed(2)} EUR`;
    }
};
exports.InvoicesService = InvoicesService;
exports.InvoicesService = InvoicesService = __decorate([
    (0, common_1.Injectable)()
], InvoicesService);
let InvoicesModule = class InvoicesModule {
};
exports.InvoicesModule = InvoicesModule;
exports.InvoicesModule = InvoicesModule = __decorate([
    (0, common_1.Module)({ providers: [InvoicesService] })
], InvoicesModule);
