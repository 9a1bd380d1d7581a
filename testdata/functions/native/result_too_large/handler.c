#include "reply.h"

int32_t handler(const headstart_event *event, headstart_reply *reply) {
    (void)event;
    return reply_with(reply, "\"a result that is too long\"", HEADSTART_RESULT);
}
