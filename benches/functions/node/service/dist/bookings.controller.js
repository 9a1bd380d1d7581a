"use strict";
var __decorate = (this && this.__decorate) || function (decorators, target, key, desc) {
    var c = arguments.length, r = c < 3 ? target : desc === null ? desc = Object.getOwnPropertyDescriptor(target, key) : desc, d;
    if (typeof Reflect === "object" && typeof Reflect.decorate === "function") r = Reflect.decorate(decorators, target, key, desc);
    else for (var i = decorators.length - 1; i >= 0; i--) if (d = decorators[i]) r = (c < 3 ? d(r) : c > 3 ? d(target, key, r) : d(target, key)) || r;
    return c > 3 && r && Object.defineProperty(target, key, r), r;
};
var __metadata = (this && this.__metadata) || function (k, v) {
    if (typeof Reflect === "object" && typeof Reflect.metadata === "function") return Reflect.metadata(k, v);
};
var __param = (this && this.__param) || function (paramIndex, decorator) {
    return function (target, key) { decorator(target, key, paramIndex); }
};
Object.defineProperty(exports, "__esModule", { value: true });
exports.BookingsController = void 0;
const node_crypto_1 = require("node:crypto");
const common_1 = require("@nestjs/common");
const core_1 = require("@nestjs/core");
const booking_1 = require("./booking");
const rooms_service_1 = require("./rooms.service");
const HOUR_IN_MILLISECONDS = 3_600_000;
let BookingsController = class BookingsController {
    rooms;
    lazy;
    constructor(rooms, lazy) {
        this.rooms = rooms;
        this.lazy = lazy;
    }
    book(booking) {
        const room = this.rooms.named(booking.room);
        return {
            number: (0, node_crypto_1.createHash)('sha256').update(JSON.stringify(booking)).digest('hex').slice(0, 12),
            room: room.name,
            until: new Date(booking.from.getTime() + booking.hours * HOUR_IN_MILLISECONDS),
            amount: room.pricePerHour * booking.hours,
        };
    }
    /** Few want an invoice: what writes it is loaded when somebody does. */
    async invoice(booking) {
        const { InvoicesModule, InvoicesService } = await Promise.resolve().then(() => require('./invoices.module'));
        const module = await this.lazy.load(() => InvoicesModule);
        return module.get(InvoicesService).write(booking, this.rooms.named(booking.room));
    }
};
exports.BookingsController = BookingsController;
__decorate([
    (0, common_1.Post)(),
    __param(0, (0, common_1.Body)()),
    __metadata("design:type", Function),
    __metadata("design:paramtypes", [booking_1.Booking]),
    __metadata("design:returntype", void 0)
], BookingsController.prototype, "book", null);
__decorate([
    (0, common_1.Post)('invoice'),
    (0, common_1.Header)('content-type', 'text/plain; charset=utf-8'),
    __param(0, (0, common_1.Body)()),
    __metadata("design:type", Function),
    __metadata("design:paramtypes", [booking_1.Booking]),
    __metadata("design:returntype", Promise)
], BookingsController.prototype, "invoice", null);
exports.BookingsController = BookingsController = __decorate([
    (0, common_1.Controller)('bookings'),
    __metadata("design:paramtypes", [rooms_service_1.RoomsService,
        core_1.LazyModuleLoader])
], BookingsController);
