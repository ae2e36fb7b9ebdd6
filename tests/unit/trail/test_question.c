/* Answers are those that somebody would find by reading every event. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "../ledger/hospital.h"
#include "../store/trail.h"

#include "base/fold.h"
#include "trail/question_text.h"
#include "trail/source.h"

#define EVENTS 3000
#define HOUR 3600000000LL

static const char *const classes[] = { "view", "print", "export", "signin", "emergency" };
static const char *const sources[] = { "karte", "gazou" };

/* What was planted, for reading it all. */
struct planted {
	char user[ID_SIZE], patient[16], terminal[16];
	const char *class, *source;
	int64_t at_us;
	const char *owner; /* person, or the login */
	struct evidence_receipt at;
};
static struct planted planted[EVENTS];
static struct who *who;
static struct who_list *list;
static const char *sato, *mori;

/* Who it is by the rules of the test, not by those of the program. */
static const char *owner_of(const struct planted *p)
{
	if (strcmp(p->user, "u1") == 0)
		return strcmp(p->source, "karte") == 0 ? sato : mori;
	if (strcmp(p->user, "u2") == 0)
		return strcmp(p->source, "karte") == 0 ? mori : p->user;
	return p->user;
}

static void plant_one(int i, struct planted *p)
{
	int user = rand() % 6;

	snprintf(p->user, sizeof p->user, "%s",
		 user == 0 ? "" : user == 5 ? sato : (const char *[]){ "u1", "u2", "u3", "kyoyo" }[user - 1]);
	snprintf(p->patient, sizeof p->patient, "%d", 100 + rand() % 5);
	if (rand() % 9 == 0)
		p->patient[0] = '\0';
	snprintf(p->terminal, sizeof p->terminal, "t%d", rand() % 3);
	p->class = classes[rand() % 5];
	p->source = sources[rand() % 2];
	/* Many at the same moment, and over the ends of months. */
	p->at_us = NOVEMBER + (int64_t)(i / 4) * 40 * 60000000LL;
	p->owner = owner_of(p);
}

static void plant(struct hospital *h)
{
	struct evidence_event e;
	int i;

	srand(5);
	for (i = 0; i < EVENTS; i++) {
		struct planted *p = &planted[i];

		plant_one(i, p);
		e = (struct evidence_event){ .source = p->source, .counter = -1, .at_us = p->at_us,
					     .class = p->class, .keep = "standard", .outcome = "ok",
					     .user = p->user, .patient = p->patient,
					     .terminal = p->terminal,
					     .raw = arena_printf(&h->arena, "%d", i) };
		e.raw_len = strlen(e.raw);
		trail_now = p->at_us;
		assert_done(h, evidence_append(h->f->s, &e, 1, &p->at, &h->err));
		/* The last part stays outside the index. */
		if (i == EVENTS / 2)
			trail_index(h->f);
	}
}

static int setup(void **state)
{
	struct hospital *h;

	if (hospital_setup(state) != 0)
		return -1;
	h = *state;
	trail_now = NOVEMBER;
	trail_clock(h->f);
	sato = hospital_entry(h, "staff", "staff_no", "1", "name", "佐藤 美咲", NULL);
	mori = hospital_entry(h, "staff", "staff_no", "2", "name", "森 一郎", NULL);
	hospital_entry(h, "system_accounts", "system", "karte", "account", "U1", "person", sato, NULL);
	hospital_entry(h, "system_accounts", "system", "gazou", "account", "u1", "person", mori, NULL);
	hospital_entry(h, "system_accounts", "system", "karte", "account", "u2", "person", mori, NULL);
	hospital_entry(h, "system_accounts", "system", "karte", "account", "kyoyo", "person", sato,
		       "kind", "共用", NULL);
	assert_done(h, who_open(h->l, &who, &h->err));
	assert_done(h, who_take(who, &list, &h->err));
	plant(h);
	return 0;
}

static int teardown(void **state)
{
	who_drop(list);
	who_free(who);
	return hospital_teardown(state);
}

/* --- reading it all ------------------------------------------------------------------------ */

static bool at_night(int64_t at_us)
{
	time_t t = (time_t)(at_us / 1000000 + 9 * 3600);
	int hour = gmtime(&t)->tm_hour;

	return hour >= 22 || hour < 6;
}

static bool meant(const struct question_ask *a, const struct planted *p)
{
	if (p->at_us < a->from_us || (a->to_us && p->at_us >= a->to_us))
		return false;
	switch (a->question) {
	case QUESTION_PATIENT:
		return strcmp(p->patient, a->patient) == 0;
	case QUESTION_USER:
		return strcmp(p->owner, a->user) == 0;
	case QUESTION_TERMINAL:
		return strcmp(p->terminal, a->terminal) == 0;
	case QUESTION_HANDOUT:
		return strcmp(p->class, "print") == 0 || strcmp(p->class, "export") == 0;
	case QUESTION_NIGHT:
		return strcmp(p->class, "signin") == 0 && at_night(p->at_us);
	case QUESTION_SPECIAL:
		return strcmp(p->class, "emergency") == 0 ||
		       (strcmp(p->user, "kyoyo") == 0 && strcmp(p->source, "karte") == 0);
	case QUESTION_ACTION:
		return strcmp(p->class, a->class) == 0;
	default:
		return strcmp(p->source, a->source) == 0;
	}
}

static int64_t count_of(const struct question_ask *a, const char *key)
{
	int64_t n = 0;
	int i;

	for (i = 0; i < EVENTS; i++)
		n += meant(a, &planted[i]) &&
		     strcmp(a->question == QUESTION_USER ? planted[i].patient : planted[i].owner,
			    key) == 0;
	return n;
}

static void check_row(const struct question_row *row, const struct planted *p)
{
	assert_int_equal(row->item.at_us, p->at_us);
	assert_string_equal(row->item.class, p->class);
	assert_string_equal(row->item.patient, p->patient);
	assert_string_equal(row->item.user, p->user);
	if (strcmp(p->owner, p->user) != 0)
		assert_string_equal(row->person->id, p->owner);
}

static void check(struct hospital *h, struct question_ask a)
{
	struct question_answer all = { 0 };
	size_t i, n = 0;
	int64_t sum = 0;

	assert_done(h, question_run(h->f->s, list, &a, &h->arena, &all, &h->err));
	for (i = 0; i < EVENTS; i++) {
		if (!meant(&a, &planted[i]))
			continue;
		assert_true(n < all.row_count);
		assert_int_equal(all.row[n].item.month, planted[i].at.month);
		assert_int_equal(all.row[n].item.seq, planted[i].at.seq);
		check_row(&all.row[n++], &planted[i]);
	}
	assert_int_equal(all.row_count, n);
	assert_int_equal(all.total, n);
	assert_true(n > 20);
	for (i = 0; i < all.counts; i++) {
		if (all.count[i].count != count_of(&a, all.count[i].key))
			fail_msg("%s %s: %lld, not %lld", question_name(a.question), all.count[i].key,
				 (long long)all.count[i].count,
				 (long long)count_of(&a, all.count[i].key));
		assert_true(i == 0 || all.count[i].count <= all.count[i - 1].count);
		sum += all.count[i].count;
	}
	assert_int_equal(sum, n);
}

static void check_windows(struct hospital *h, struct question_ask a)
{
	a.from_us = NOVEMBER;
	check(h, a);
	/* To the moment: the beginning counts, the end does not. */
	a.from_us = planted[400].at_us;
	a.to_us = planted[2400].at_us;
	check(h, a);
}

static void answers__are_those_of_reading_everything(void **state)
{
	struct hospital *h = *state;

	check_windows(h, (struct question_ask){ .question = QUESTION_PATIENT, .patient = "102" });
	check_windows(h, (struct question_ask){ .question = QUESTION_USER, .user = sato });
	check_windows(h, (struct question_ask){ .question = QUESTION_USER, .user = mori });
	check_windows(h, (struct question_ask){ .question = QUESTION_USER, .user = "u3" });
	check_windows(h, (struct question_ask){ .question = QUESTION_TERMINAL, .terminal = "t1" });
	check_windows(h, (struct question_ask){ .question = QUESTION_HANDOUT });
	check_windows(h, (struct question_ask){ .question = QUESTION_NIGHT });
	check_windows(h, (struct question_ask){ .question = QUESTION_SPECIAL });
	check_windows(h, (struct question_ask){ .question = QUESTION_ACTION, .class = "view" });
	check_windows(h, (struct question_ask){ .question = QUESTION_SOURCE, .source = "gazou" });
}

static void pages__join_without_gap_in_both_directions(void **state)
{
	struct hospital *h = *state;
	struct question_ask a = { .question = QUESTION_USER, .user = "佐藤美咲" };
	struct question_answer all, page;
	size_t at, i;
	int down;

	for (down = 0; down < 2; down++) {
		a.descending = down;
		a.limit = 0;
		a.after.month = 0;
		assert_done(h, question_run(h->f->s, list, &a, &h->arena, &all, &h->err));
		a.limit = 37;
		for (at = 0; at < all.row_count; at += page.row_count) {
			assert_done(h, question_run(h->f->s, list, &a, &h->arena, &page, &h->err));
			assert_int_equal(page.total, all.row_count);
			for (i = 0; i < page.row_count; i++) {
				assert_int_equal(page.row[i].item.month, all.row[at + i].item.month);
				assert_int_equal(page.row[i].item.seq, all.row[at + i].item.seq);
			}
			assert_int_equal(page.more, at + page.row_count < all.row_count);
			a.after = (struct evidence_place){ page.row[i - 1].item.at_us,
							   page.row[i - 1].item.month,
							   page.row[i - 1].item.seq };
		}
	}
}

/* An answer needs room for what it shows, not for all that the events say. */
static void events_of_many_bytes__fit_into_a_request(void **state)
{
	struct hospital *h = *state;
	struct question_ask a = { .question = QUESTION_PATIENT, .patient = "900" };
	struct evidence_event e = { .source = "karte", .counter = -1, .class = "view",
				    .keep = "standard", .user = "u1", .patient = "900",
				    .at_us = NOVEMBER };
	struct question_answer out;
	struct arena small;
	char *raw = calloc(1, 16384);
	int i;

	e.raw = raw;
	e.raw_len = 16384;
	for (i = 0; i < 200; i++) {
		snprintf(raw, 16384, "%d", i);
		assert_done(h, evidence_append(h->f->s, &e, 1, NULL, &h->err));
	}
	arena_init(&small, 1024 * 1024);
	assert_done(h, question_run(h->f->s, list, &a, &small, &out, &h->err));
	assert_int_equal(out.row_count, 200);
	assert_int_equal(out.counts, 1);
	assert_string_equal(out.count[0].key, sato);
	arena_release(&small);
	free(raw);
}

static void conditions__that_are_missing_or_unclear_are_named(void **state)
{
	struct hospital *h = *state;
	struct question_ask a = { .question = QUESTION_PATIENT };
	struct question_answer out;
	int64_t us;
	int month;

	assert_int_equal(question_run(h->f->s, list, &a, &h->arena, &out, &h->err), ERR_INVALID);
	assert_says(h, "患者番号");
	a.question = QUESTION_NIGHT;
	assert_int_equal(question_run(h->f->s, list, &a, &h->arena, &out, &h->err), ERR_INVALID);
	assert_says(h, "期間");
	a = (struct question_ask){ .question = QUESTION_PATIENT, .patient = "nobody" };
	assert_done(h, question_run(h->f->s, list, &a, &h->arena, &out, &h->err));
	assert_int_equal(out.row_count, 0);
	assert_true(out.months >= 2);
	/* 0:00 of Japan is 15:00 UTC of the day before. */
	assert_true(question_time("2026-11-20", false, &us));
	assert_true(us == 1795100400000000);
	assert_true(question_time("2026-11-20", true, &us));
	assert_true(us == 1795186800000000);
	assert_true(question_time("2026-11-20 09:30", true, &us));
	assert_true(us == 1795134600000000);
	assert_false(question_time("2026-11-31", false, &us));
	assert_false(question_time("2026-11-20 24:00", false, &us));
	assert_false(question_time("2026-11-20 0930x", false, &us));
	assert_true(question_month("2026-10", &month));
	assert_int_equal(month, 202610);
	assert_false(question_month("2026-13", &month));
	assert_false(question_month("2026-10-01", &month));
	assert_false(question_month("", &month));
}

static void note__names_a_person_and_never_a_patient(void **state)
{
	struct hospital *h = *state;
	struct question_ask a = { .question = QUESTION_PATIENT, .patient = "104", .user = "u1" };
	char text[QUESTION_NOTE_SIZE], again[QUESTION_NOTE_SIZE];
	size_t i;

	question_note(h->f->s, &a, "証跡の照会", text);
	assert_non_null(strstr(text, "証跡の照会（患者の符号 "));
	a.patient = "105";
	question_note(h->f->s, &a, "証跡の照会", again);
	assert_string_not_equal(text, again);
	a.question = QUESTION_USER;
	question_note(h->f->s, &a, "証跡の照会", text);
	assert_string_equal(text, "証跡の照会（この人（ID）は、何をしたか: u1）");
	/* Cut between characters; what could hide the rest of the line is left out. */
	a.user = "a佐藤佐藤佐藤佐藤佐藤佐藤佐藤佐藤佐藤佐藤";
	question_note(h->f->s, &a, "証跡の照会", text);
	assert_true(utf8_valid(text, strlen(text), NULL));
	assert_non_null(strstr(text, ": a佐藤"));
	a.user = "u1\n";
	question_note(h->f->s, &a, "証跡の照会", text);
	assert_string_equal(text, "証跡の照会（この人（ID）は、何をしたか）");
	for (i = 0; i < QUESTION_MAX; i++) {
		a.question = (enum question)i;
		question_note(h->f->s, &a, "証跡の照会", text);
		/* The command line adds who sits at the machine, and cuts at 120 bytes. */
		assert_true(strlen(text) <= 120);
	}
}

static void cells__say_that_a_source_is_not_listed(void **state)
{
	struct question_row row = { .source = SOURCE_UNKNOWN,
				    .item = { .source = SOURCE_UNKNOWN,
					      .class = "view",
					      .outcome = "ok",
					      .user = "u1",
					      .patient = "",
					      .terminal = "" } };
	const char *cells[QUESTION_COLUMNS];
	struct question_texts texts;

	(void)state;
	question_cells(&row, &texts, cells);
	assert_string_equal(cells[1], "未登録");
	row.item.source = row.source = "karte";
	question_cells(&row, &texts, cells);
	assert_string_equal(cells[1], "karte");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(answers__are_those_of_reading_everything),
		cmocka_unit_test(pages__join_without_gap_in_both_directions),
		cmocka_unit_test(conditions__that_are_missing_or_unclear_are_named),
		cmocka_unit_test(events_of_many_bytes__fit_into_a_request),
		cmocka_unit_test(cells__say_that_a_source_is_not_listed),
		cmocka_unit_test(note__names_a_person_and_never_a_patient),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
