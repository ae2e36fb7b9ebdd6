#include "catalogue/scope.h"

#include <stdlib.h>
#include <string.h>

#define KIND(k) (1U << (k))

struct facility {
	const struct ledger_def *def;
	struct scope *scope;
};

static const char *value_of(const struct ledger_def *def, const struct list_row *row,
			    const char *field)
{
	int i = ledger_field(def, field);

	return i < 0 ? "" : row->value[i];
}

/* A clinic without a server is told apart from the others by an answer, see settle(). */
static void take_kind(const char *name, struct scope *s)
{
	static const struct {
		const char *name;
		enum org_kind kind;
	} kinds[] = { { "hospital", ORG_HOSPITAL },
		      { "clinic", ORG_CLINIC_WITH_SERVER },
		      { "pharmacy", ORG_PHARMACY },
		      { "care", ORG_CARE },
		      { "vendor", ORG_VENDOR } };
	size_t i;

	for (i = 0; i < sizeof kinds / sizeof *kinds; i++)
		if (strcmp(kinds[i].name, name) == 0) {
			s->kind = kinds[i].kind;
			s->kind_known = true;
		}
}

static int take_facility(void *arg, const struct list_row *row, struct err *err)
{
	struct facility *f = arg;
	const char *beds = value_of(f->def, row, "beds");

	(void)err;
	take_kind(value_of(f->def, row, "kind"), f->scope);
	if (*beds)
		f->scope->beds = strtoll(beds, NULL, 10);
	return 0;
}

static bool answered(const struct definitions *d, const char *fact, uint32_t bits)
{
	int i = define_fact(d, fact);

	return i >= 0 && bits & (1U << i);
}

/* What follows from kind and answers together. */
static void settle(const struct definitions *d, const struct facts *f, struct scope *s)
{
	size_t count, i;
	bool clinic;

	(void)define_facts(d, &count);
	s->yes = s->no = 0;
	for (i = 0; i < count; i++) {
		s->yes |= f->answer[i] == FACT_YES ? 1U << i : 0;
		s->no |= f->answer[i] == FACT_NO ? 1U << i : 0;
	}
	s->kinds = s->kind_known ? KIND(s->kind) : 0;
	clinic = s->kind == ORG_CLINIC_WITH_SERVER || s->kind == ORG_CLINIC_WITHOUT_SERVER;
	if (s->kind_known && clinic) {
		bool without = answered(d, "own_server", s->no);
		bool with = answered(d, "own_server", s->yes);

		s->kind = without ? ORG_CLINIC_WITHOUT_SERVER : ORG_CLINIC_WITH_SERVER;
		s->kinds = with || without
				   ? KIND(s->kind)
				   : KIND(ORG_CLINIC_WITH_SERVER) | KIND(ORG_CLINIC_WITHOUT_SERVER);
	}
	if (s->kind_known && answered(d, "care_services", s->yes))
		s->kinds |= KIND(ORG_CARE);
}

int scope_read(struct ledgers *l, struct conn *c, struct arena *arena, struct scope *ret,
	       struct err *err)
{
	struct facility facility = { NULL, ret };
	struct list_query q = { .sort = -1, .limit = 1 };
	struct facts facts;
	int r = ledgers_find(l, "facility", &facility.def, err);

	(void)arena;
	memset(ret, 0, sizeof *ret);
	ret->beds = -1;
	take_kind(store_org_kind(ledgers_store(l)), ret);
	q.def = facility.def;
	if (r == 0)
		r = list_each(l, c, &q, take_facility, &facility, err);
	if (r == 0)
		r = facts_read(l, c, &facts, err);
	if (r == 0)
		settle(ledgers_defs(l), &facts, ret);
	return r;
}

void scope_suppose(const struct definitions *d, const struct scope *now, const struct facts *f,
		   struct scope *ret)
{
	*ret = *now;
	settle(d, f, ret);
}

void scope_as_kind(struct scope *s, enum org_kind kind)
{
	s->kind_known = true;
	s->kind = kind;
	s->kinds = KIND(kind);
}

void scope_as_any(struct scope *s)
{
	s->kind_known = false;
	s->kinds = 0;
}

void scope_vendor(struct scope *ret)
{
	*ret = (struct scope){ .beds = -1 };
	scope_as_kind(ret, ORG_VENDOR);
}

const char *scope_excludes(const struct definitions *d, const struct scope *s,
			   const struct item_def *item)
{
	static const char *const kinds[ORG_MAX] = {
		"病院は対象外の項目です。",
		"院内にサーバがある診療所は対象外の項目です。",
		"院内にサーバを置いていない診療所は対象外の項目です。",
		"薬局は対象外の項目です。",
		"介護事業所は対象外の項目です。",
		"事業者は対象外の項目です。",
	};
	size_t count, i;
	const struct fact_def *fact = define_facts(d, &count);

	for (i = 0; i < count; i++)
		if (item->needs & s->no & (1U << i))
			return fact[i].reason;
	if (!s->kinds || !item->applies || item->applies & s->kinds)
		return NULL;
	return item->applies == KIND(ORG_VENDOR) ? "事業者が行う項目のため、対象外です。"
						 : kinds[s->kind];
}

size_t scope_count(const struct definitions *d, const struct scope *s, const struct catalogue *c)
{
	size_t i, n = 0;

	for (i = 0; i < c->item_count; i++)
		n += scope_excludes(d, s, &c->item[i]) == NULL;
	return n;
}
