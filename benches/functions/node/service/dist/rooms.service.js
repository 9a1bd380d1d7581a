"use strict";
var __decorate = (this && this.__decorate) || function (decorators, target, key, desc) {
    var c = arguments.length, r = c < 3 ? target : desc === null ? desc = Object.getOwnPropertyDescriptor(target, key) : desc, d;
    if (typeof Reflect === "object" && typeof Reflect.decorate === "function") r = Reflect.decorate(decorators, target, key, desc);
    else for (var i = decorators.length - 1; i >= 0; i--) if (d = decorators[i]) r = (c < 3 ? d(r) : c > 3 ? d(target, key, r) : d(target, key)) || r;
    return c > 3 && r && Object.defineProperty(target, key, r), r;
};
Object.defineProperty(exports, "__esModule", { value: true });
exports.RoomsService = void 0;
const common_1 = require("@nestjs/common");
let RoomsService = class RoomsService {
    rooms = [
        { name: 'attic', seats: 6, pricePerHour: 1800 },
        { name: 'garden', seats: 12, pricePerHour: 3200 },
        { name: 'hall', seats: 80, pricePerHour: 11500 },
    ];
    withSeats(seats) {
        return this.rooms.filter((room) => room.seats >= seats);
    }
    named(name) {
        const room = this.rooms.find((it) => it.name === name);
        if (!room)
            throw new common_1.NotFoundException(`no room is called ${name}`);
        return room;
    }
};
exports.RoomsService = RoomsService;
exports.RoomsService = RoomsService = __decorate([
    (0, common_1.Injectable)()
], RoomsService);
