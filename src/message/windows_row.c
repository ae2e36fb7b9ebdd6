/* Rows of the viewer's CSV export: columns by name, and values out of the text of the event. */
#include <stdlib.h>
#include <string.h>

#include "base/canon.h"
#include "message/moment.h"
#include "message/windows.h"
#include "message/wire.h"

struct row {
	const struct message_field *columns;
	size_t count;
	struct arena *arena;
};

/* What a value is called: in XML, as a column, and in the text in two languages. */
static const struct {
	const char *name, *other[5];
} names[] = {
	{ "EventID", { "イベント ID", "イベントID", "Event ID", "Id" } },
	{ "TimeCreated", { "日付と時刻", "Date and Time" } },
	{ "Provider", { "ソース", "Source", "ProviderName" } },
	{ "Computer", { "コンピューター", "コンピュータ", "MachineName" } },
	{ "Message", { "メッセージ", "説明", "Description" } },
	{ "Keywords", { "キーワード", "KeywordsDisplayNames" } },
	{ "EventRecordID", { "RecordId", "レコード ID" } },
	{ "IpAddress", { "ソース ネットワーク アドレス", "Source Network Address" } },
	{ "WorkstationName", { "ワークステーション名", "Workstation Name" } },
	{ "ObjectName", { "オブジェクト名", "Object Name" } },
};

static const char *column(const struct row *r, const char *name)
{
	for (size_t i = 0; i < r->count; i++)
		if (strcmp(r->columns[i].name, name) == 0)
			return r->columns[i].value;
	return NULL;
}

/* The `nth` value behind "label:" in the text of the event. */
static const char *in_text(const struct row *r, const char *text, const char *label, int nth)
{
	size_t n = strlen(label), len;

	for (const char *at = strstr(text, label); at; at = strstr(at + n, label)) {
		const char *s = at + n;

		if (*s != ':' || (at != text && !strchr("\t\n\r ", at[-1])) || nth-- > 0)
			continue;
		s += 1 + strspn(s + 1, "\t ");
		len = strcspn(s, "\r\n");
		return arena_strndup(r->arena, s, len);
	}
	return NULL;
}

static const char *named(const struct row *r, const char *name)
{
	const char *v = column(r, name);

	for (size_t i = 0; !v && i < sizeof names / sizeof *names; i++)
		for (size_t k = 0; strcmp(names[i].name, name) == 0 && !v && names[i].other[k]; k++)
			v = column(r, names[i].other[k]);
	return v;
}

/* Accounts: the subject's stands first in the text, the target's behind it. */
static const char *account(const struct row *r, const char *text, const char *name)
{
	static const char *const labels[] = { "アカウント名", "Account Name" };
	static const char *const ids[] = { "ログオン ID", "Logon ID" };
	bool id = strstr(name, "LogonId"), target = strncmp(name, "Target", 6) == 0;
	const char *v = NULL;

	for (size_t i = 0; i < 2 && !v; i++) {
		const char *label = id ? ids[i] : labels[i];

		v = in_text(r, text, label, target);
		if (!v && target)
			v = in_text(r, text, label, 0);
	}
	return v;
}

static const char *value_of(void *arg, const char *name)
{
	const struct row *r = arg;
	const char *v = named(r, name), *text = named(r, "Message");

	for (size_t i = 0; !v && text && i < sizeof names / sizeof *names; i++)
		for (size_t k = 0; strcmp(names[i].name, name) == 0 && !v && names[i].other[k]; k++)
			v = in_text(r, text, names[i].other[k], 0);
	if (!v && text && (strstr(name, "UserName") || strstr(name, "LogonId")))
		v = account(r, text, name);
	return v ? v : "";
}

static int write_detail(const struct row *r, struct message *ret, struct err *err)
{
	struct buf b;

	buf_init(&b, MESSAGE_DETAIL_MAX);
	buf_puts(&b, "{\"fields\":[");
	for (size_t i = 0; i < r->count; i++) {
		buf_puts(&b, i ? ",[" : "[");
		canon_string(r->columns[i].name, strlen(r->columns[i].name), &b);
		buf_putc(&b, ',');
		canon_string(r->columns[i].value, strlen(r->columns[i].value), &b);
		buf_putc(&b, ']');
	}
	buf_puts(&b, "],\"format\":\"windows\"}");
	ret->detail_len = b.len;
	ret->detail = buf_failed(&b) ? NULL : arena_strndup(r->arena, b.data, b.len);
	buf_release(&b);
	return ret->detail ? 0 : err_nomem(err);
}

static bool refused(const char *keywords)
{
	return strstr(keywords, "失敗") || strstr(keywords, "Failure");
}

int message_windows_row(const struct message_field *columns, size_t count, struct arena *arena,
			struct message *ret, struct err *err)
{
	struct row r = { columns, count, arena };
	const char *id = named(&r, "EventID");
	struct shape *s = arena_alloc(arena, sizeof *s);

	if (!id || shape_number(id, 10) <= 0)
		return err_set(
			err, ERR_INVALID,
			"イベントIDの列がありません。イベントビューアーで「イベント ID」の列を"
			"含めてCSVに書き出してください");
	if (!s)
		return err_nomem(err);
	*ret = (struct message){ .fault = "" };
	shape_put(s, TEXT_HOST, value_of(&r, "Computer"));
	shape_put(s, TEXT_APP, value_of(&r, "Provider"));
	windows_meaning(s, shape_number(id, 10), s->text[TEXT_APP],
			refused(value_of(&r, "Keywords")), value_of, &r);
	moment_set(s, value_of(&r, "TimeCreated"));
	ret->counter = shape_number(value_of(&r, "EventRecordID"), 10);
	ret->at_us = s->at_us;
	ret->no_zone = s->no_zone;
	ret->action = s->action;
	ret->outcome = s->outcome;
#define TEXT(constant, member) ret->member = s->text[TEXT_##constant];
#include "message/texts.def"
#undef TEXT
	return arena_failed(arena) ? err_nomem(err) : write_detail(&r, ret, err);
}
