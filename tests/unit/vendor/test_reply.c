/* What a vendor writes on a page, keeps, and sends in once. */
#include <string.h>

#include "supplier.h"

#include "ledger/attach.h"
#include "vendor/reply.h"

static struct reply_view read_reply(struct supplier *s, const struct actor *who,
				    enum reply_through through)
{
	struct reply_view v;
	struct conn *c;

	assert_done(s->h, store_read_begin(s->h->f->s, &c, &s->h->err));
	assert_done(s->h,
		    reply_read(s->h->l, c, who, s->round, through, &s->h->arena, &v, &s->h->err));
	store_read_end(c);
	return v;
}

static int save_as(struct supplier *s, const struct actor *who, struct reply_edit edit)
{
	struct receipt receipt;

	err_clear(&s->h->err);
	edit.round = s->round;
	return reply_save(s->h->l, who, &edit, &receipt, &s->h->faults, &s->h->err);
}

/* One line with a value and who does it. */
static int write_line(struct supplier *s, const char *item, const char *value, const char *doer)
{
	struct reply_view v = read_reply(s, &s->person, REPLY_ACCOUNT);
	size_t line = (size_t)asked_find(&v.asked, item, COLUMN_VENDOR);
	struct typed_answer t;

	typed_clear(&t);
	t.text[ASKED_VALUE] = value;
	t.text[ASKED_DOER] = doer;
	return save_as(s, &s->person,
		       (struct reply_edit){ .through = REPLY_ACCOUNT,
					    .base_rev = v.reply.rev,
					    .line = &line,
					    .typed = &t,
					    .count = 1 });
}

static int name_oneself(struct supplier *s)
{
	return save_as(
		s, &s->person,
		(struct reply_edit){ .through = REPLY_ACCOUNT,
				     .base_rev = read_reply(s, &s->person, REPLY_ACCOUNT).reply.rev,
				     .name = "例田 亮",
				     .post = "保守部 課長" });
}

static int send_in(struct supplier *s, bool partial, const char *key)
{
	struct receipt receipt;

	err_clear(&s->h->err);
	return reply_send(s->h->l, &s->person, s->round, REPLY_ACCOUNT,
			  read_reply(s, &s->person, REPLY_ACCOUNT).reply.rev, partial, key,
			  &receipt, &s->h->err);
}

static void draft__is_no_answer(void **state)
{
	struct hospital *h = *state;
	struct supplier s = supplier_begin(h);
	struct reply_view v;

	/* Half an answer, and a wrong one: both may stand until tomorrow. */
	assert_done(h, write_line(&s, FIRST, "yes", ""));
	assert_done(h, write_line(&s, SECOND, "たぶん", "vendor"));
	v = read_reply(&s, &s.person, REPLY_ACCOUNT);
	assert_int_equal(v.answered, 2);
	assert_string_equal(v.typed[1].text[ASKED_VALUE], "たぶん");
	assert_int_equal(supplier_answer(h, s.round, FIRST, COLUMN_VENDOR).value,
			 ANSWER_UNCONFIRMED);
	assert_int_equal(hospital_count(h, "answers"), 0);
}

static void sending__says_what_is_missing_and_writes_all_at_once(void **state)
{
	struct hospital *h = *state;
	struct supplier s = supplier_begin(h);
	struct reply_view v;
	struct reply_check check;
	struct answer a;
	struct conn *c;

	assert_done(h, write_line(&s, FIRST, "yes", ""));
	assert_int_equal(send_in(&s, true, NULL), ERR_INVALID);
	assert_says(h, "氏名");
	assert_done(h, name_oneself(&s));
	assert_int_equal(send_in(&s, true, NULL), ERR_INVALID);
	assert_says(h, "1件");
	v = read_reply(&s, &s.person, REPLY_ACCOUNT);
	assert_done(h, store_read_begin(h->f->s, &c, &h->err));
	assert_done(h, reply_check(h->l, c, &s.person, &v, &h->arena, &check, &h->err));
	store_read_end(c);
	assert_int_equal(check.count, 1);
	assert_string_equal(check.item[0].err.field, "doer");
	assert_int_equal(check.missing, 37);
	assert_done(h, write_line(&s, FIRST, "はい", "双方"));
	assert_int_equal(send_in(&s, false, NULL), ERR_INVALID);
	assert_says(h, "37件");
	assert_int_equal(hospital_count(h, "answers"), 0);
	assert_done(h, send_in(&s, true, "once"));
	a = supplier_answer(h, s.round, FIRST, COLUMN_VENDOR);
	assert_int_equal(a.value, ANSWER_YES);
	assert_int_equal(a.doer, DOER_JOINT);
	assert_string_equal(a.answered_by, "例田 亮（保守部 課長）");
	assert_string_equal(a.by, "例田 亮");
	assert_int_equal(hospital_count(h, "answers"), 1);
	/* The form sent twice. */
	assert_done(h, send_in(&s, true, "once"));
	assert_int_equal(hospital_count(h, "answers"), 1);
	v = read_reply(&s, &s.person, REPLY_ACCOUNT);
	assert_true(v.reply.sent);
	assert_int_equal(v.reply.answers, 1);
	assert_string_equal(v.reply.body, "");
}

static struct actor holder(struct supplier *s)
{
	struct actor who = supplier_account(s->h, "link", s->vendor);

	who.round = s->round;
	return who;
}

static void page__is_sent_in_once(void **state)
{
	struct hospital *h = *state;
	struct supplier s = supplier_begin(h);
	struct actor who = holder(&s);
	struct receipt receipt;
	size_t line = 0;
	struct typed_answer t;
	struct reply_view v;

	typed_clear(&t);
	t.text[ASKED_VALUE] = "yes";
	t.text[ASKED_DOER] = "vendor";
	assert_done(h, save_as(&s, &who,
			       (struct reply_edit){ .through = REPLY_LINK,
						    .name = "例田",
						    .post = "担当",
						    .line = &line,
						    .typed = &t,
						    .count = 1 }));
	/* A second window that has seen nothing yet. */
	assert_int_equal(
		save_as(&s, &who, (struct reply_edit){ .through = REPLY_LINK, .name = "x" }),
		ERR_CONFLICT);
	v = read_reply(&s, &who, REPLY_LINK);
	assert_done(h, reply_send(h->l, &who, s.round, REPLY_LINK, v.reply.rev, true, NULL,
				  &receipt, &h->err));
	v = read_reply(&s, &who, REPLY_LINK);
	assert_true(v.locked);
	assert_int_equal(save_as(&s, &who,
				 (struct reply_edit){ .through = REPLY_LINK,
						      .base_rev = v.reply.rev,
						      .name = "別人" }),
			 ERR_CONFLICT);
	assert_says(h, "提出されています");
	assert_int_equal(reply_send(h->l, &who, s.round, REPLY_LINK, v.reply.rev, true, NULL,
				    &receipt, &h->err),
			 ERR_CONFLICT);
}

static void account__may_mend_what_it_sent(void **state)
{
	struct hospital *h = *state;
	struct supplier s = supplier_begin(h);

	assert_done(h, name_oneself(&s));
	assert_done(h, write_line(&s, FIRST, "yes", "vendor"));
	assert_done(h, send_in(&s, true, NULL));
	assert_done(h, write_line(&s, FIRST, "yes", "joint"));
	assert_int_equal(supplier_answer(h, s.round, FIRST, COLUMN_VENDOR).doer, DOER_VENDOR);
	assert_done(h, send_in(&s, true, NULL));
	assert_int_equal(supplier_answer(h, s.round, FIRST, COLUMN_VENDOR).doer, DOER_JOINT);
	assert_int_equal(supplier_answer(h, s.round, FIRST, COLUMN_VENDOR).rev, 2);
}

static void strangers__see_and_write_nothing(void **state)
{
	struct hospital *h = *state;
	struct supplier s = supplier_begin(h);
	struct actor other = supplier_account(h, "betsu", s.other);
	struct reply_view v;
	struct conn *c;

	assert_done(h, store_read_begin(h->f->s, &c, &h->err));
	assert_int_equal(
		reply_read(h->l, c, &other, s.round, REPLY_ACCOUNT, &h->arena, &v, &h->err),
		ERR_NOT_FOUND);
	store_read_end(c);
	assert_int_equal(
		save_as(&s, &other, (struct reply_edit){ .through = REPLY_ACCOUNT, .name = "x" }),
		ERR_NOT_FOUND);
	/* Nobody of the hospital sends in a reply as if it were the vendor. */
	assert_int_equal(save_as(&s, &h->planner,
				 (struct reply_edit){ .through = REPLY_ACCOUNT, .name = "x" }),
			 ERR_DENIED);
}

static void texts__have_limits(void **state)
{
	struct hospital *h = *state;
	struct supplier s = supplier_begin(h);
	char *text = arena_alloc(&h->arena, 3 * 4100);
	struct typed_answer t;
	size_t line = 0;

	memset(text, 'a', 3 * 4100 - 1);
	text[3 * 4100 - 1] = '\0';
	typed_clear(&t);
	t.text[ASKED_NOTE] = text;
	assert_int_equal(
		save_as(&s, &s.person,
			(struct reply_edit){
				.through = REPLY_ACCOUNT, .line = &line, .typed = &t, .count = 1 }),
		ERR_LIMIT);
	t.text[ASKED_NOTE] = "\a";
	assert_int_equal(
		save_as(&s, &s.person,
			(struct reply_edit){
				.through = REPLY_ACCOUNT, .line = &line, .typed = &t, .count = 1 }),
		ERR_INVALID);
	line = 38;
	t.text[ASKED_NOTE] = "";
	assert_int_equal(
		save_as(&s, &s.person,
			(struct reply_edit){
				.through = REPLY_ACCOUNT, .line = &line, .typed = &t, .count = 1 }),
		ERR_INVALID);
}

/* As a file that somebody attaches; its hash. */
static const char *attached(struct hospital *h, const char *text)
{
	const char *path = hospital_file(h, "attached", text);
	const struct ledger_def *def;
	struct file_info info;

	assert_done(h, ledgers_find(h->l, "round_replies", &def, &h->err));
	assert_done(h, attach_put(h->l, &h->planner, def, path, "a.txt", 0, &info, &h->err));
	return arena_strdup(&h->arena, info.hash);
}

static int fit(struct supplier *s, int64_t more)
{
	struct reply_view v = read_reply(s, &s->person, REPLY_ACCOUNT);
	struct conn *c;
	int r;

	err_clear(&s->h->err);
	assert_done(s->h, store_read_begin(s->h->f->s, &c, &s->h->err));
	r = reply_files_fit(s->h->l, c, &v.reply, more, &s->h->err);
	store_read_end(c);
	return r;
}

static int keep(struct supplier *s, const char *files)
{
	int64_t rev = read_reply(s, &s->person, REPLY_ACCOUNT).reply.rev;

	return save_as(
		s, &s->person,
		(struct reply_edit){ .through = REPLY_ACCOUNT, .base_rev = rev, .files = files });
}

static void files__count_also_after_they_were_taken_away(void **state)
{
	struct hospital *h = *state;
	struct supplier s = supplier_begin(h);
	const char *one = attached(h, "0123456789"), *two = attached(h, "another");

	assert_done(h, fit(&s, REPLY_TOTAL_BYTES));
	assert_int_equal(fit(&s, REPLY_TOTAL_BYTES + 1), ERR_LIMIT);
	assert_done(h, keep(&s, one));
	assert_done(h, keep(&s, arena_printf(&h->arena, "%s\n%s", one, two)));
	assert_done(h, keep(&s, ""));
	assert_done(h, fit(&s, REPLY_TOTAL_BYTES - 17));
	assert_int_equal(fit(&s, REPLY_TOTAL_BYTES - 16), ERR_LIMIT);
	assert_says(h, "100MB");
}

static void sheet_for_vendors__is_answered_in_all_its_columns(void **state)
{
	struct hospital *h = *state;
	struct supplier s = supplier_begin(h);
	struct reply_view v;
	size_t i;

	s.round = supplier_open(h, VENDOR_R7, arena_printf(&h->arena, "vendor:%s", s.vendor));
	v = read_reply(&s, &s.person, REPLY_ACCOUNT);
	assert_int_equal(v.asked.count, v.asked.view.line_count);
	assert_false(asked_any(&v.asked, ASKED_DOER));
	for (i = 0; i < v.asked.count; i++) {
		struct typed_answer t;

		typed_clear(&t);
		t.text[ASKED_VALUE] = "yes";
		assert_done(
			h,
			save_as(&s, &s.person,
				(struct reply_edit){
					.through = REPLY_ACCOUNT,
					.base_rev =
						read_reply(&s, &s.person, REPLY_ACCOUNT).reply.rev,
					.name = "例田",
					.post = "担当",
					.line = &i,
					.typed = &t,
					.count = 1 }));
	}
	assert_done(h, send_in(&s, false, NULL));
	assert_int_equal(supplier_view(h, s.round).yes, v.asked.count);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
#define T(f) cmocka_unit_test_setup_teardown(f, hospital_setup, hospital_teardown)
		T(draft__is_no_answer),
		T(sending__says_what_is_missing_and_writes_all_at_once),
		T(page__is_sent_in_once),
		T(account__may_mend_what_it_sent),
		T(strangers__see_and_write_nothing),
		T(texts__have_limits),
		T(files__count_also_after_they_were_taken_away),
		T(sheet_for_vendors__is_answered_in_all_its_columns),
#undef T
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
