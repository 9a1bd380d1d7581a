#include <stdint.h>

int32_t handler(const void *event, void *reply) {
    (void)event;
    (void)reply;
    return 0;
}

uint32_t headstart_abi_version(void) { return 99; }
