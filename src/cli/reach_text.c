/* What a role can reach, for people: the role's page of the audit in Japanese. */
#include <string.h>

#include "base/buf.h"
#include "base/fold.h"
#include "cli/reach.h"
#include "page/app.h"

static void pad(struct buf *b, const char *text, size_t width)
{
	size_t n = utf8_columns(text);

	buf_puts(b, text);
	for (; n < width; n++)
		buf_putc(b, ' ');
}

static void route_line(const struct reach *r, const struct route *route, struct buf *b)
{
	const struct permission_row *row = permission_row((enum permission)route->permission);
	size_t count, i, reached = 0;
	const struct ledger_def *const *all = define_ledgers(r->defs, &count);

	for (i = 0; i < count && route_of_ledger(route); i++)
		reached += reach_route(r, route, all[i]);
	if (route_of_ledger(route) ? !reached : !reach_route(r, route, NULL))
		return;
	buf_puts(b, "  ");
	pad(b, route->method == ROUTE_GET ? "見る" : "送る", 6);
	pad(b, route->pattern, 48);
	pad(b, row ? row->what : "誰でも使える画面", 34);
	if (reached)
		buf_printf(b, "%zu台帳  ", reached);
	buf_printf(b, "%s:%d\n", source_file(route->file), route->line);
}

static void acts_line(const struct reach *r, const struct ledger_def *l, struct buf *b)
{
	static const struct {
		const char *name;
		enum permission permission;
	} acts[] = { { "閲覧", PERM_LEDGER_READ },
		     { "登録", PERM_LEDGER_CREATE },
		     { "変更", PERM_LEDGER_EDIT },
		     { "書き出し", PERM_LEDGER_EXPORT },
		     { "取り込み", PERM_LEDGER_IMPORT } };
	const struct {
		const char *name;
		const struct transition_def *t;
	} steps[] = { { "確定", &l->workflow.confirm },
		      { "承認", &l->workflow.approve },
		      { "差戻し", &l->workflow.return_ },
		      { "取消", &l->workflow.void_ } };
	size_t i;

	buf_puts(b, "    できること:");
	for (i = 0; i < sizeof acts / sizeof acts[0]; i++)
		if (permit(&r->who, acts[i].permission, l, NULL) == 0)
			buf_printf(b, " %s", acts[i].name);
	for (i = 0; i < sizeof steps / sizeof steps[0]; i++)
		if (steps[i].t->present && (steps[i].t->roles >> r->who.role & 1U))
			buf_printf(b, " %s", steps[i].name);
	buf_printf(b, "  （content/%s:%d）\n", l->pos.file, l->permission_pos[PERMIT_READ].line);
}

static void rows_line(const struct ledger_def *l, const struct role_access *a,
		      const struct sight *s, struct buf *b)
{
	size_t i;

	buf_printf(b, "    見える件: %s", scope_kind_label(a->scope));
	for (i = 0; i < a->field_count; i++)
		buf_printf(b, "%s「%s」", i ? "か" : " ", l->field[a->field[i]].label.ja);
	if (!s->drafts)
		buf_puts(b, "（ほかの人の作成中・差戻しを除く）");
	buf_printf(b, "  （content/%s:%d）\n", a->rows_pos.file, a->rows_pos.line);
}

static void hidden_line(const struct ledger_def *l, const struct role_access *a,
			const struct sight *s, struct buf *b)
{
	size_t i, n = 0;

	if (!s->hides) {
		buf_puts(b, "    見えない項目: なし\n");
		return;
	}
	buf_puts(b, "    見えない項目:");
	for (i = 0; i < l->field_count; i++)
		if (!sight_field(s, (int)i))
			buf_printf(b, "%s%s", n++ ? "、" : " ", l->field[i].label.ja);
	buf_printf(b, "  （content/%s:%d）\n", a->fields_pos.file, a->fields_pos.line);
}

static void ledger_part(const struct reach *r, const struct ledger_def *l, struct buf *b)
{
	const struct role_access *a = &l->access.role[r->who.role];
	struct sight s;

	sight_of(&r->who, l, &s);
	if (permit(&r->who, PERM_LEDGER_READ, l, NULL) < 0 || (!s.all && !s.match_count)) {
		buf_printf(b, "  × %s（%s）\n", l->title.ja, l->name);
		return;
	}
	buf_printf(b, "  ○ %s（%s）\n", l->title.ja, l->name);
	acts_line(r, l, b);
	rows_line(l, a, &s, b);
	hidden_line(l, a, &s, b);
}

static void objects_text(const struct reach *r, struct buf *b)
{
	struct reach_object object[REACH_OBJECTS_MAX];
	size_t i, count = reach_objects(r, object);

	for (i = 0; i < count; i++)
		buf_printf(b, "  %s: %s\n", object[i].label, object[i].scope_label);
}

void reach_text(const struct reach *r, struct buf *b)
{
	static const char *const rounds[][2] = { { "all", "すべての点検" },
						 { "vendor", "自社の点検だけ" },
						 { "opened", "企画管理者が開いた点検だけ" },
						 { "none", "見られません" } };
	size_t route_count, ledger_count, i;
	const struct route *routes = page_routes(&route_count);
	const struct ledger_def *const *all = define_ledgers(r->defs, &ledger_count);

	buf_printf(b, "■ %s（%s）%s%s\n", role_label(r->who.role), role_name(r->who.role),
		   r->who.profession ? " 職種: " : "", r->who.profession ? r->who.profession : "");
	buf_puts(b, "\n使える画面（書かれていない画面は使えません）\n");
	for (i = 0; i < route_count; i++)
		route_line(r, &routes[i], b);
	buf_puts(b, "\n台帳\n");
	for (i = 0; i < ledger_count; i++)
		ledger_part(r, all[i], b);
	for (i = 0; i < sizeof rounds / sizeof rounds[0]; i++)
		if (strcmp(rounds[i][0], reach_rounds(r)) == 0)
			buf_printf(b, "\nそのほか\n  年度の点検: %s\n", rounds[i][1]);
	objects_text(r, b);
	buf_putc(b, '\n');
}
