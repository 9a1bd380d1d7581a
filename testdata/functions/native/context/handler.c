#include "reply.h"

int32_t handler(const headstart_event *event, headstart_reply *reply) {
    char text[64];
    snprintf(text, sizeof text, "{\"has_deadline\": %s, \"id\": \"%.*s\"}", event->deadline_ns ? "true" : "false",
             (int)event->request_id_length, (const char *)event->request_id);
    return reply_with(reply, text, HEADSTART_RESULT);
}
