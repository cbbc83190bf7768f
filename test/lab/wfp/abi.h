/*
 * Structures of fwpmu.h and fwptypes.h with widths that are the same in every compiler, so that one source builds for Windows
 * and for Linux: both have the layouts of x64. `abi-check.c` holds them against the headers of mingw-w64.
 */
#pragma once
#include <stdint.h>

typedef struct { uint32_t d1; uint16_t d2, d3; uint8_t d4[8]; } Guid;
typedef struct { uint32_t size; uint8_t *data; } Blob;
typedef struct { uint32_t type; union { uint8_t u8; uint16_t u16; uint32_t u32; void *pointer; } v; } Value;
typedef struct { Value low, high; } Range;
typedef struct { uint32_t address, mask; } V4Mask;
typedef struct { uint8_t address[16], prefix; } V6Mask;
typedef struct { uint16_t *name, *description; } Display;
typedef struct { Guid field; uint32_t match; Value value; } Condition;
typedef struct { uint32_t type; Guid filterType; } Action;
typedef struct {
	Guid key; Display display; uint32_t flags; Guid *provider; Blob providerData; Guid layer, sublayer; Value weight;
	uint32_t count; Condition *conditions; Action action; union { uint64_t raw; Guid key; } context; Guid *reserved;
	uint64_t id; Value effectiveWeight;
} Filter;
typedef struct { Guid key; Display display; uint32_t flags; Guid *provider; Blob providerData; uint16_t weight; } Sublayer;
typedef struct { Guid key; Display display; uint32_t flags; Blob providerData; uint16_t *service; } Provider;
typedef struct { Guid key; Display display; uint32_t flags, wait, process; void *sid; uint16_t *user; int32_t kernel; } Session;
