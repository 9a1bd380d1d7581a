#include "reply.h"

int32_t handler(const headstart_event *event, headstart_reply *reply) {
    (void)event;
    printf("to stdout, without a line break");
    fprintf(stderr, "to stderr");
    return reply_with(reply, "null", HEADSTART_RESULT);
}
