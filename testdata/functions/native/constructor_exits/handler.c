#include "reply.h"

__attribute__((constructor)) static void leave(void) { _exit(3); }

int32_t handler(const headstart_event *event, headstart_reply *reply) {
    (void)event;
    return reply_with(reply, "null", HEADSTART_RESULT);
}
