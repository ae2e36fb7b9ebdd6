#include "round/kind.h"

#include <string.h>

static const struct round_kind kinds[] = {
	{ "checklist", "立入検査のチェックリスト", "点検",
	  "年に一度答えて、立入検査で示します。事業者確認用は事業者ごとに開きます。", true },
	{ "guideline", "ガイドラインの自己点検", "自己点検",
	  "ガイドラインの項目に、役割ごとに分けて答えます。", true },
	{ "bcp", "BCP（非常時の計画）の確認", "確認", "計画を作るときと見直すときに使います。",
	  true },
	{ "contract", "契約の役割分担", "役割分担の確認",
	  "医療機関と事業者のどちらが何をするかを、契約ごとに確かめます。", true },
	{ "survey", "聞き取りの調査票", "聞き取り",
	  "合否はありません。事業所ごとに、今のようすを書きます。", false },
	{ "disclosure", "事業者の開示書", "開示書の確認", "事業者に答えてもらう設問です。", false },
	{ "network", "ネットワークの対策", "点検", "つなぎ方ごとに必要な対策を確かめます。", true },
	{ "issues", "現場の課題", "課題の確認",
	  "法令の求めではありません。何から手を付けるかを話し合うために使います。", false },
	{ "notes", "版の違い", "確認", "新しい版で変わったことだけを確かめます。", true },
	{ "", "そのほか", "点検", "", true },
};
#define KINDS (sizeof kinds / sizeof kinds[0])

const struct round_kind *round_kinds(size_t *ret_count)
{
	*ret_count = KINDS;
	return kinds;
}

const struct round_kind *round_kind_of(const struct catalogue *c)
{
	size_t i;

	for (i = 0; i + 1 < KINDS && strcmp(kinds[i].name, c->kind) != 0; i++)
		;
	return &kinds[i];
}

const char *round_excludes(const struct definitions *d, const struct scope *s,
			   const struct catalogue *c, const struct item_def *item)
{
	struct scope asked = *s;

	/* A sheet for vendors asks a vendor, whatever kind of organisation has opened it. */
	if (strcmp(c->target, "vendor") == 0)
		scope_as_kind(&asked, ORG_VENDOR);
	return scope_excludes(d, &asked, item);
}

size_t round_applies(const struct definitions *d, const struct scope *s, const struct catalogue *c)
{
	size_t i, n = 0;

	for (i = 0; i < c->item_count; i++)
		n += !round_excludes(d, s, c, &c->item[i]);
	return n;
}

const struct catalogue *round_successor(const struct definitions *d, const struct catalogue *c)
{
	size_t count, i, k, taken;
	const struct catalogue *const *all = define_catalogues(d, &count);

	for (i = 0; i < count; i++) {
		if (all[i] == c || strcmp(all[i]->kind, c->kind) != 0)
			continue;
		for (k = taken = 0; k < all[i]->item_count; k++)
			taken += all[i]->item[k].replaces_catalogue &&
				 strcmp(all[i]->item[k].replaces_catalogue, c->id) == 0;
		if (taken * 2 > c->item_count)
			return all[i];
	}
	return NULL;
}
