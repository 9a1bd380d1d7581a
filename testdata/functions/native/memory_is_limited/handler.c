#include "reply.h"

int32_t handler(const headstart_event *event, headstart_reply *reply) {
    (void)event;
    size_t size = (size_t)1 << 30;
    volatile char *memory = malloc(size);
    if (!memory) return reply_with(reply, "no memory", HEADSTART_ERROR);
    memset((void *)memory, 1, size);
    return reply_with(reply, "null", HEADSTART_RESULT);
}
