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
Object.defineProperty(exports, "__esModule", { value: true });
exports.Booking = exports.Customer = void 0;
const class_transformer_1 = require("class-transformer");
const class_validator_1 = require("class-validator");
class Customer {
    name;
    email;
}
exports.Customer = Customer;
__decorate([
    (0, class_validator_1.IsString)(),
    __metadata("design:type", String)
], Customer.prototype, "name", void 0);
__decorate([
    (0, class_validator_1.IsEmail)(),
    __metadata("design:type", String)
], Customer.prototype, "email", void 0);
/** What a customer asks for. */
class Booking {
    room;
    from;
    hours;
    customer;
}
exports.Booking = Booking;
__decorate([
    (0, class_validator_1.IsString)(),
    __metadata("design:type", String)
], Booking.prototype, "room", void 0);
__decorate([
    (0, class_transformer_1.Type)(() => Date),
    (0, class_validator_1.IsDate)(),
    __metadata("design:type", Date)
], Booking.prototype, "from", void 0);
__decorate([
    (0, class_validator_1.IsInt)(),
    (0, class_validator_1.Min)(1),
    (0, class_validator_1.Max)(24),
    __metadata("design:type", Number)
], Booking.prototype, "hours", void 0);
__decorate([
    (0, class_transformer_1.Type)(() => Customer),
    (0, class_validator_1.ValidateNested)(),
    __metadata("design:type", Customer)
], Booking.prototype, "customer", void 0);
