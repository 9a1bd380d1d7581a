/* The C interface of native Headstart functions, version 1.
 *
 * A function is a shared library. Its entry `libhello.handler` names the file libhello.so in the package and
 * the symbol `handler` in it.
 */
#ifndef HEADSTART_H
#define HEADSTART_H

#include <stddef.h>
#include <stdint.h>

#define HEADSTART_ABI_VERSION 1u

#define HEADSTART_RESULT 0 /* the reply holds the result as JSON text */
#define HEADSTART_ERROR 1  /* the reply holds a message */

/* What a handler is given; every pointer is valid during the call only. */
typedef struct headstart_event {
    const uint8_t *payload; /* JSON text, not ended by a zero byte */
    size_t payload_length;
    const uint8_t *request_id; /* UTF-8, not ended by a zero byte */
    size_t request_id_length;
    uint64_t deadline_ns; /* by CLOCK_MONOTONIC; 0: none */
} headstart_event;

/* What a handler gives back; zeroed before the call. */
typedef struct headstart_reply {
    uint8_t *data; /* may be null where length is 0 */
    size_t length;
    size_t capacity;                               /* for release's use */
    void (*release)(struct headstart_reply *reply); /* frees data; may be null */
} headstart_reply;

/* To be defined by the library: */
/* uint32_t headstart_abi_version(void);                               answers HEADSTART_ABI_VERSION */
/* int32_t NAME(const headstart_event *event, headstart_reply *reply); the handler */
/* int32_t headstart_hook_prewarm(void);                               and the other hooks: optional, 0 is success */

#endif
