/* The native twin of app.py, as far as the tests need it. */
#include "reply.h"

static int count, dumped, restored;

int32_t headstart_hook_before_snapshot(void) {
    dumped++;
    return 0;
}

int32_t headstart_hook_after_restore(void) {
    restored++;
    return 0;
}

int32_t handler(const headstart_event *event, headstart_reply *reply) {
    char text[128];
    (void)event;
    count++;
    snprintf(text, sizeof text, "{\"pid\": %d, \"count\": %d, \"dumped\": %d, \"restored\": %d}", (int)getpid(), count,
             dumped, restored);
    return reply_with(reply, text, HEADSTART_RESULT);
}
