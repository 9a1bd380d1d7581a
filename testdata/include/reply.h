/* What the native cases share: a version, and replies made of text. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "headstart.h"

uint32_t headstart_abi_version(void) { return HEADSTART_ABI_VERSION; }

static inline void release(headstart_reply *reply) { free(reply->data); }

static inline int32_t reply_with(headstart_reply *reply, const char *text, int32_t status) {
    reply->length = strlen(text);
    reply->data = (uint8_t *)strdup(text);
    reply->release = release;
    return status;
}

