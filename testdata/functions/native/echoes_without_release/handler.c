#include "reply.h"

int32_t handler(const headstart_event *event, headstart_reply *reply) {
    reply->length = event->payload_length;
    reply->data = (uint8_t *)event->payload;
    return HEADSTART_RESULT;
}
