/* The native twin of app.py, as far as the tests need it. */
#include "reply.h"

static int count, frozen, thawed;

int32_t headstart_hook_before_freeze(void) {
    frozen++;
    return 0;
}

int32_t headstart_hook_after_thaw(void) {
    thawed++;
    return 0;
}

int32_t handler(const headstart_event *event, headstart_reply *reply) {
    char text[128];
    (void)event;
    count++;
    snprintf(text, sizeof text, "{\"pid\": %d, \"count\": %d, \"frozen\": %d, \"thawed\": %d}", (int)getpid(), count,
             frozen, thawed);
    return reply_with(reply, text, HEADSTART_RESULT);
}
