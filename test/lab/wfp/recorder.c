/*
 * Stands in for fwpuclnt.dll and for what is asked of iphlpapi.dll. It checks arguments as the Base Filtering Engine is
 * documented to, keeps a store with transactions, and writes a line of JSON for each call. Nobody compared it with Windows.
 *
 * KSP_WFP_LOG: the file of lines. KSP_WFP_FAIL=n:code: the n-th call fails. KSP_WFP_ABSENT: an alias that is not there.
 * KSP_WFP_ONE=n: from the n-th look-up on, every alias is that of one other interface.
 * KSP_WFP_THERE: a file of what somebody else put there before, one a line: `provider KEY FLAGS WITH-A-SERVICE -`,
 * `sublayer KEY FLAGS WEIGHT PROVIDER-OR--`, `filter KEY FLAGS 0 SUBLAYER`.
 */
#include "abi.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#ifdef _WIN32
#define EXPORT __declspec(dllexport)
#define CALL __stdcall
#else
#define EXPORT __attribute__((visibility("default")))
#define CALL
#endif
#define API EXPORT uint32_t CALL

enum {
	ERROR_PARAMETER = 87, ERROR_FILE_MISSING = 2,
	FILTER_MISSING = 0x80320003u, PROVIDER_MISSING = 0x80320005u, SUBLAYER_MISSING = 0x80320007u, EXISTS = 0x80320009u,
	IN_USE = 0x8032000Au, NO_TRANSACTION = 0x8032000Du, IN_TRANSACTION = 0x8032000Eu, LIFETIME = 0x80320016u,
	NULL_POINTER = 0x8032001Cu, BAD_FLAGS = 0x8032001Eu, BAD_MASK = 0x8032001Fu, BAD_RANGE = 0x80320020u,
	NO_NAME = 0x80320023u, BAD_ACTION = 0x80320024u, BAD_WEIGHT = 0x80320025u, BAD_MATCH = 0x80320026u,
	BAD_TYPE = 0x80320027u,
};
enum { U8 = 1, U16, U32, U64, BYTES16 = 11, BLOB = 12, DESCRIPTOR = 14, V4 = 0x100, V6, RANGE };
enum { PERSISTENT = 1, BOOT = 2 };

/* ---- the log ---- */

static FILE *log_;
static unsigned long calls;

static FILE *out(void) {
	if (!log_) {
		const char *path = getenv("KSP_WFP_LOG");
		log_ = path ? fopen(path, "ab") : 0;
		if (!log_) log_ = stderr;
	}
	return log_;
}

static void bytes(const uint8_t *data, uint32_t size) {
	fputc('"', out());
	for (uint32_t i = 0; i < size; i++) fprintf(out(), "%02x", data[i]);
	fputc('"', out());
}

static void guid(const Guid *g) {
	if (!g) { fputs("null", out()); return; }
	const uint8_t *d = g->d4;
	fprintf(out(), "\"%08x-%04x-%04x-%02x%02x-%02x%02x%02x%02x%02x%02x\"",
		g->d1, g->d2, g->d3, d[0], d[1], d[2], d[3], d[4], d[5], d[6], d[7]);
}

static void text(const uint16_t *s) {
	if (!s) { fputs("null", out()); return; }
	fputc('"', out());
	for (; *s; s++) {
		if (*s == '"' || *s == '\\') fprintf(out(), "\\%c", *s);
		else if (*s < 32 || *s > 126) fprintf(out(), "\\u%04x", *s);
		else fputc(*s, out());
	}
	fputc('"', out());
}

static void blob(const Blob *b) {
	if (!b || !b->data) fputs("null", out());
	else bytes(b->data, b->size);
}

static void value(const Value *v) {
	uint64_t wide;
	switch (v->type) {
	case U8: fprintf(out(), "{\"u8\":%u}", v->v.u8); break;
	case U16: fprintf(out(), "{\"u16\":%u}", v->v.u16); break;
	case U32: fprintf(out(), "{\"u32\":%u}", v->v.u32); break;
	case U64: memcpy(&wide, v->v.pointer, 8); fprintf(out(), "{\"u64\":\"%llu\"}", (unsigned long long)wide); break;
	case BYTES16: fputs("{\"bytes16\":", out()); bytes(v->v.pointer, 16); fputc('}', out()); break;
	case BLOB: fputs("{\"blob\":", out()); blob(v->v.pointer); fputc('}', out()); break;
	case DESCRIPTOR: fputs("{\"descriptor\":", out()); blob(v->v.pointer); fputc('}', out()); break;
	case V4: {
		const V4Mask *m = v->v.pointer;
		fprintf(out(), "{\"v4\":\"%08x/%08x\"}", m->address, m->mask);
		break;
	}
	case V6: {
		const V6Mask *m = v->v.pointer;
		fputs("{\"v6\":", out());
		bytes(m->address, 16);
		fprintf(out(), ",\"prefix\":%u}", m->prefix);
		break;
	}
	case RANGE: {
		const Range *r = v->v.pointer;
		fputs("{\"low\":", out());
		value(&r->low);
		fputs(",\"high\":", out());
		value(&r->high);
		fputc('}', out());
		break;
	}
	default: fprintf(out(), "{\"type\":%u}", v->type);
	}
}

static void begin(const char *name) { fprintf(out(), "{\"call\":%lu,\"name\":\"%s\"", ++calls, name); }

static uint32_t end(uint32_t code) {
	fprintf(out(), ",\"code\":\"0x%x\"}\n", code);
	fflush(out());
	return code;
}

static uint32_t injected(void) {
	static long at = -1;
	static int code;
	const char *wanted = getenv("KSP_WFP_FAIL");
	if (at < 0 && (!wanted || sscanf(wanted, "%ld:%i", &at, &code) != 2)) at = 0;
	return at > 0 && (unsigned long)at == calls ? (uint32_t)code : 0;
}

/* ---- the store: a transaction works on a copy ---- */

typedef enum { PROVIDER, SUBLAYER, FILTER } Kind;
typedef struct { Kind kind; Guid key, provider, sublayer; int hasProvider, hasService; uint32_t flags; uint16_t weight; } Object;
enum { most = 200000 };
static Object live[most], staged[most];
static int liveCount, stagedCount, inTransaction;

static Object *objects(void) { return inTransaction ? staged : live; }
static int *count(void) { return inTransaction ? &stagedCount : &liveCount; }
static int equal(const Guid *a, const Guid *b) { return !memcmp(a, b, sizeof *a); }

static Object *find(Kind kind, const Guid *key) {
	for (int i = 0; i < *count(); i++)
		if (objects()[i].kind == kind && equal(&objects()[i].key, key)) return objects() + i;
	return 0;
}

static uint32_t put(Object object, const Guid *provider) {
	if (provider) {
		const Object *owner = find(PROVIDER, provider);
		if (!owner) return PROVIDER_MISSING;
		if (object.flags && !owner->flags) return LIFETIME;
		object.hasProvider = 1;
		object.provider = *provider;
	}
	objects()[(*count())++] = object;
	return 0;
}

static int readGuid(const char *s, Guid *g) {
	uint8_t *d = g->d4;
	return sscanf(s, "%8x-%4hx-%4hx-%2hhx%2hhx-%2hhx%2hhx%2hhx%2hhx%2hhx%2hhx",
		&g->d1, &g->d2, &g->d3, d, d + 1, d + 2, d + 3, d + 4, d + 5, d + 6, d + 7) == 11;
}

static void plant(void) {
	const char *path = getenv("KSP_WFP_THERE");
	FILE *file = path && !liveCount ? fopen(path, "r") : 0;
	char kind[16], key[40], owner[40];
	uint32_t flags, number;
	while (file && fscanf(file, "%15s %39s %u %u %39s", kind, key, &flags, &number, owner) == 5) {
		Object object = { .kind = *kind == 'p' ? PROVIDER : *kind == 's' ? SUBLAYER : FILTER, .flags = flags };
		object.hasService = object.kind == PROVIDER && number;
		object.weight = (uint16_t)number;
		object.hasProvider = object.kind == SUBLAYER && readGuid(owner, &object.provider);
		if (!readGuid(key, &object.key) || (object.kind == FILTER && !readGuid(owner, &object.sublayer))) abort();
		live[liveCount++] = object;
	}
	if (file) fclose(file);
}

/* ---- sessions and transactions ---- */

API FwpmEngineOpen0(const uint16_t *server, uint32_t service, void *identity, const Session *session, void **engine) {
	begin("FwpmEngineOpen0");
	fprintf(out(), ",\"service\":%u,\"flags\":%u,\"wait\":%u,\"session\":", service, session->flags, session->wait);
	text(session->display.name);
	uint32_t code = injected();
	if (code) return end(code);
	plant();
	*engine = (void *)(uintptr_t)0x4b5350;
	(void)server, (void)identity;
	return end(0);
}

API FwpmEngineClose0(void *engine) {
	begin("FwpmEngineClose0");
	inTransaction = 0;
	fprintf(out(), ",\"objects\":%d", liveCount);
	(void)engine;
	return end(0);
}

API FwpmTransactionBegin0(void *engine, uint32_t flags) {
	begin("FwpmTransactionBegin0");
	fprintf(out(), ",\"flags\":%u", flags);
	uint32_t code = injected();
	if (code || inTransaction) return end(code ? code : IN_TRANSACTION);
	memcpy(staged, live, sizeof(Object) * (size_t)liveCount);
	stagedCount = liveCount;
	inTransaction = 1;
	(void)engine;
	return end(0);
}

API FwpmTransactionCommit0(void *engine) {
	begin("FwpmTransactionCommit0");
	uint32_t code = injected();
	if (code || !inTransaction) return end(code ? code : NO_TRANSACTION);
	memcpy(live, staged, sizeof(Object) * (size_t)stagedCount);
	liveCount = stagedCount;
	inTransaction = 0;
	fprintf(out(), ",\"objects\":%d", liveCount);
	(void)engine;
	return end(0);
}

API FwpmTransactionAbort0(void *engine) {
	begin("FwpmTransactionAbort0");
	if (!inTransaction) return end(NO_TRANSACTION);
	inTransaction = 0;
	fprintf(out(), ",\"objects\":%d", liveCount);
	(void)engine;
	return end(0);
}

/* ---- objects ---- */

API FwpmProviderAdd0(void *engine, const Provider *p, void *security) {
	begin("FwpmProviderAdd0");
	fputs(",\"key\":", out()); guid(&p->key);
	fputs(",\"label\":", out()); text(p->display.name);
	fprintf(out(), ",\"flags\":%u,\"service\":", p->flags); text(p->service);
	(void)engine, (void)security;
	uint32_t code = injected();
	if (code) return end(code);
	if (!p->display.name) return end(NO_NAME);
	if (find(PROVIDER, &p->key)) return end(EXISTS);
	Object object = { .kind = PROVIDER, .key = p->key, .flags = p->flags & PERSISTENT, .hasService = !!p->service };
	return end(put(object, 0));
}

API FwpmSubLayerAdd0(void *engine, const Sublayer *s, void *security) {
	begin("FwpmSubLayerAdd0");
	fputs(",\"key\":", out()); guid(&s->key);
	fputs(",\"label\":", out()); text(s->display.name);
	fprintf(out(), ",\"flags\":%u,\"provider\":", s->flags); guid(s->provider);
	fprintf(out(), ",\"weight\":%u", s->weight);
	(void)engine, (void)security;
	uint32_t code = injected();
	if (code) return end(code);
	if (!s->display.name) return end(NO_NAME);
	if (find(SUBLAYER, &s->key)) return end(EXISTS);
	Object object = { .kind = SUBLAYER, .key = s->key, .flags = s->flags & PERSISTENT, .weight = s->weight };
	return end(put(object, s->provider));
}

/* What was asked for; its caller gives the copy back. */
static const Object *got(const char *name, Kind kind, const Guid *key, uint32_t missing, uint32_t *code) {
	begin(name);
	fputs(",\"key\":", out()); guid(key);
	const Object *object = find(kind, key);
	*code = injected();
	if (!*code && !object) *code = missing;
	return *code ? 0 : object;
}

API FwpmProviderGetByKey0(void *engine, const Guid *key, Provider **provider) {
	static uint16_t service[] = { 'x', 0 };
	uint32_t code;
	const Object *object = got("FwpmProviderGetByKey0", PROVIDER, key, PROVIDER_MISSING, &code);
	(void)engine;
	if (!object) return end(code);
	*provider = calloc(1, sizeof(Provider));
	(*provider)->key = *key;
	(*provider)->flags = object->flags;
	if (object->hasService) (*provider)->service = service;
	return end(0);
}

API FwpmSubLayerGetByKey0(void *engine, const Guid *key, Sublayer **sublayer) {
	uint32_t code;
	const Object *object = got("FwpmSubLayerGetByKey0", SUBLAYER, key, SUBLAYER_MISSING, &code);
	(void)engine;
	if (!object) return end(code);
	*sublayer = calloc(1, sizeof(Sublayer) + sizeof(Guid));
	(*sublayer)->key = *key;
	(*sublayer)->flags = object->flags;
	(*sublayer)->weight = object->weight;
	Guid *owner = (Guid *)(*sublayer + 1);
	*owner = object->provider;
	if (object->hasProvider) (*sublayer)->provider = owner;
	return end(0);
}

static uint32_t wrong(const Value *v) {
	if (v->type >= U64 && !v->v.pointer) return NULL_POINTER;
	if (v->type == V4) {
		uint32_t host = ~((const V4Mask *)v->v.pointer)->mask;
		return host & (host + 1) ? BAD_MASK : 0;
	}
	if (v->type == V6) return ((const V6Mask *)v->v.pointer)->prefix > 128 ? BAD_MASK : 0;
	if (v->type != RANGE) return 0;
	const Range *r = v->v.pointer;
	if (r->low.type != r->high.type) return BAD_TYPE;
	if (r->low.type == U16) return r->low.v.u16 > r->high.v.u16 ? BAD_RANGE : 0;
	if (r->low.type == U32) return r->low.v.u32 > r->high.v.u32 ? BAD_RANGE : 0;
	return r->low.type == BYTES16 && memcmp(r->low.v.pointer, r->high.v.pointer, 16) > 0 ? BAD_RANGE : 0;
}

API FwpmFilterAdd0(void *engine, const Filter *f, void *security, uint64_t *id) {
	begin("FwpmFilterAdd0");
	fputs(",\"key\":", out()); guid(&f->key);
	fputs(",\"label\":", out()); text(f->display.name);
	fprintf(out(), ",\"flags\":%u,\"provider\":", f->flags); guid(f->provider);
	fputs(",\"layer\":", out()); guid(&f->layer);
	fputs(",\"sublayer\":", out()); guid(&f->sublayer);
	fputs(",\"weight\":", out()); value(&f->weight);
	fputs(",\"conditions\":[", out());
	for (uint32_t i = 0; i < f->count; i++) {
		fputs(i ? ",{\"field\":" : "{\"field\":", out()); guid(&f->conditions[i].field);
		fprintf(out(), ",\"match\":%u,\"value\":", f->conditions[i].match); value(&f->conditions[i].value);
		fputc('}', out());
	}
	fprintf(out(), "],\"action\":\"0x%x\"", f->action.type);
	(void)engine, (void)security;
	uint32_t code = injected();
	if (code) return end(code);
	if (!f->display.name) return end(NO_NAME);
	if (f->flags & ~0x7fu || (f->flags & 3) == 3) return end(BAD_FLAGS);
	if (f->action.type != 0x1001 && f->action.type != 0x1002) return end(BAD_ACTION);
	if (f->weight.type == U8 ? f->weight.v.u8 > 15 : f->weight.type != 0 && f->weight.type != U64) return end(BAD_WEIGHT);
	if (f->count && !f->conditions) return end(NULL_POINTER);
	for (uint32_t i = 0; i < f->count; i++) {
		const Condition *c = f->conditions + i;
		if (c->match > 10 || (c->match == 5) != (c->value.type == RANGE)) return end(BAD_MATCH);
		if ((code = wrong(&c->value))) return end(code);
	}
	if (find(FILTER, &f->key)) return end(EXISTS);
	const Object *sublayer = find(SUBLAYER, &f->sublayer);
	if (!sublayer) return end(SUBLAYER_MISSING);
	Object object = { .kind = FILTER, .key = f->key, .sublayer = f->sublayer, .flags = f->flags & 3 };
	if (object.flags && !sublayer->flags) return end(LIFETIME);
	if (id) *id = calls;
	return end(put(object, f->provider));
}

static uint32_t erase(const char *name, Kind kind, const Guid *key, uint32_t missing) {
	begin(name);
	fputs(",\"key\":", out()); guid(key);
	uint32_t code = injected();
	if (code) return end(code);
	Object *object = find(kind, key);
	if (!object) return end(missing);
	for (int i = 0; i < *count(); i++) {
		const Object *user = objects() + i;
		if (kind == PROVIDER && user->hasProvider && equal(&user->provider, key)) return end(IN_USE);
		if (kind == SUBLAYER && user->kind == FILTER && equal(&user->sublayer, key)) return end(IN_USE);
	}
	*object = objects()[--*count()];
	return end(0);
}

API FwpmFilterDeleteByKey0(void *e, const Guid *k) { (void)e; return erase("FwpmFilterDeleteByKey0", FILTER, k, FILTER_MISSING); }
API FwpmSubLayerDeleteByKey0(void *e, const Guid *k) { (void)e; return erase("FwpmSubLayerDeleteByKey0", SUBLAYER, k, SUBLAYER_MISSING); }
API FwpmProviderDeleteByKey0(void *e, const Guid *k) { (void)e; return erase("FwpmProviderDeleteByKey0", PROVIDER, k, PROVIDER_MISSING); }

/* ---- enumeration: without boot-time filters, as nobody says whether they are among them ---- */

static int cursor;

API FwpmFilterCreateEnumHandle0(void *engine, const void *template, void **handle) {
	begin("FwpmFilterCreateEnumHandle0");
	fprintf(out(), ",\"template\":%s", template ? "true" : "null");
	(void)engine;
	uint32_t code = injected();
	if (code) return end(code);
	cursor = 0;
	*handle = (void *)(uintptr_t)0x656e;
	return end(0);
}

API FwpmFilterEnum0(void *engine, void *handle, uint32_t wanted, Filter ***entries, uint32_t *returned) {
	begin("FwpmFilterEnum0");
	(void)engine, (void)handle;
	uint32_t code = injected();
	if (code) return end(code);
	char *memory = calloc(1, (size_t)wanted * (sizeof(void *) + sizeof(Filter) + sizeof(Guid)));
	Filter **pointers = (Filter **)memory;
	Filter *filters = (Filter *)(pointers + wanted);
	Guid *providers = (Guid *)(filters + wanted);
	uint32_t found = 0;
	for (; cursor < *count() && found < wanted; cursor++) {
		const Object *object = objects() + cursor;
		if (object->kind != FILTER || object->flags & BOOT) continue;
		filters[found].key = object->key;
		filters[found].flags = object->flags;
		filters[found].sublayer = object->sublayer;
		if (object->hasProvider) {
			providers[found] = object->provider;
			filters[found].provider = providers + found;
		}
		pointers[found] = filters + found;
		found++;
	}
	*entries = pointers;
	*returned = found;
	fprintf(out(), ",\"count\":%u", found);
	return end(0);
}

API FwpmFilterDestroyEnumHandle0(void *engine, void *handle) {
	begin("FwpmFilterDestroyEnumHandle0");
	(void)engine, (void)handle;
	return end(0);
}

EXPORT void CALL FwpmFreeMemory0(void **memory) {
	if (memory && *memory) free(*memory);
	if (memory) *memory = 0;
}

/* ---- look-ups ---- */

/* C:\Path -> \device\harddiskvolume1\path in UTF-16 with its end, in lower case as far as ASCII goes. */
API FwpmGetAppIdFromFileName0(const uint16_t *file, Blob **id) {
	begin("FwpmGetAppIdFromFileName0");
	fputs(",\"file\":", out()); text(file);
	uint32_t code = injected();
	if (code) return end(code);
	static const char device[] = "\\device\\harddiskvolume1";
	size_t length = 0, prefix = sizeof device - 1;
	while (file[length]) length++;
	if (length < 3 || file[1] != ':') return end(ERROR_FILE_MISSING);
	size_t size = (prefix + length - 2 + 1) * 2;
	Blob *made = calloc(1, sizeof(Blob) + size);
	uint16_t *name = (uint16_t *)(made + 1);
	for (size_t i = 0; i < prefix; i++) name[i] = (uint16_t)device[i];
	for (size_t i = 2; i < length; i++) name[prefix + i - 2] = file[i] >= 'A' && file[i] <= 'Z' ? file[i] + 32 : file[i];
	made->size = (uint32_t)size;
	made->data = (uint8_t *)name;
	*id = made;
	return end(0);
}

API ConvertInterfaceAliasToLuid(const uint16_t *alias, uint64_t *luid) {
	begin("ConvertInterfaceAliasToLuid");
	fputs(",\"alias\":", out()); text(alias);
	uint32_t code = injected();
	if (code) return end(code);
	static int asked;
	const char *one = getenv("KSP_WFP_ONE"), *absent = getenv("KSP_WFP_ABSENT");
	size_t i = 0;
	if (one && ++asked >= atoi(one)) {
		*luid = 47;
		return end(0);
	}
	if (absent) while (absent[i] && alias[i] == (uint16_t)absent[i]) i++;
	if (absent && !absent[i] && !alias[i]) return end(ERROR_PARAMETER);
	*luid = 5381;
	for (i = 0; alias[i]; i++) *luid = *luid * 33 + alias[i];
	return end(0);
}
