#include "page/terminal.h"

#include <stdio.h>
#include <string.h>

#include "page/handlers.h"
#include "page/layout.h"

#define TERMINAL_COOKIE "terminal"
#define TERMINAL_AGE_S (400L * 24 * 3600) /* the longest that browsers keep */
#define TAG_SIZE 33
#define NAME_MAX_CHARS 24

struct terminal {
	enum terminal_class class;
	char name[TERMINAL_SIZE]; /* "" unless the planner named it */
};

static const char *text_of(struct request *req, const struct terminal *t)
{
	return *t->name ? arena_printf(req_arena(req), "%s %s", terminal_name(t->class), t->name)
			: terminal_name(t->class);
}

/* The cookie is "class", or "class.<name in hex>.<tag of both>". */
static bool read_cookie(struct request *req, struct terminal *ret)
{
	const char *value = req_cookie(req, TERMINAL_COOKIE);
	struct app *app = req_app(req);
	char class[24], hex[TERMINAL_SIZE * 2], tag[TAG_SIZE], want[TAG_SIZE];
	int c, n = value ? sscanf(value, "%23[a-z].%190[0-9a-f].%32[0-9a-f]", class, hex, tag) : 0;

	memset(ret, 0, sizeof *ret);
	c = n >= 1 ? terminal_parse(class) : -1;
	if (c < 0)
		return false;
	ret->class = (enum terminal_class)c;
	if (n < 3 || strlen(hex) % 2 || strlen(hex) / 2 >= sizeof ret->name ||
	    !hex_decode(hex, ret->name, strlen(hex) / 2))
		return true;
	store_tag(app->store, "terminal", 0, text_of(req, ret), want);
	if (strlen(tag) != TAG_SIZE - 1 || !bytes_equal(tag, want, TAG_SIZE - 1))
		*ret->name = '\0';
	return true;
}

static int write_cookie(struct request *req, struct response *res, const struct terminal *t,
			struct err *err)
{
	struct app *app = req_app(req);
	char hex[TERMINAL_SIZE * 2], tag[TAG_SIZE];
	const char *value = terminal_name(t->class);

	if (*t->name) {
		hex_encode(t->name, strlen(t->name), hex);
		store_tag(app->store, "terminal", 0, text_of(req, t), tag);
		value = arena_printf(req_arena(req), "%s.%s.%s", value, hex, tag);
	}
	return value ? resp_cookie(res, TERMINAL_COOKIE, value, TERMINAL_AGE_S, err)
		     : err_nomem(err);
}

static void class_choice(struct html *h, enum terminal_class chosen)
{
	int c;

	html_open(h, EL_FIELDSET);
	html_attr(h, "class", "field");
	html_el(h, EL_LEGEND, "このパソコンは");
	html_el_class(h, EL_P, "help",
		      "席を離れたとき、画面が自動でロックされるまでの時間が変わります。");
	for (c = 0; c < TERMINAL_MAX; c++) {
		html_open(h, EL_DIV);
		html_attr(h, "class", "choice");
		html_open(h, EL_INPUT);
		html_attr(h, "type", "radio");
		html_attr(h, "name", "terminal");
		html_attrf(h, "id", "t-%s", terminal_name((enum terminal_class)c));
		html_attr(h, "value", terminal_name((enum terminal_class)c));
		html_flag(h, "checked", c == (int)chosen);
		html_open(h, EL_LABEL);
		html_attrf(h, "for", "t-%s", terminal_name((enum terminal_class)c));
		html_textf(h, "%s（%s）", terminal_label((enum terminal_class)c),
			   terminal_help((enum terminal_class)c));
		html_close(h, EL_LABEL);
		html_close(h, EL_DIV);
	}
	html_close(h, EL_FIELDSET);
}

void terminal_field(struct html *h, struct request *req)
{
	struct terminal t;
	bool known = read_cookie(req, &t);

	if (known && *t.name) {
		html_open(h, EL_P);
		html_textf(h, "この端末: %s（%s）", t.name, terminal_label(t.class));
		html_close(h, EL_P);
		return;
	}
	html_open(h, EL_DETAILS);
	html_flag(h, "open", !known);
	html_open(h, EL_SUMMARY);
	html_textf(h, "この端末: %s", known ? terminal_label(t.class) : "まだ選んでいません");
	html_close(h, EL_SUMMARY);
	class_choice(h, known ? t.class : TERMINAL_SHARED);
	html_close(h, EL_DETAILS);
}

int terminal_chosen(struct request *req, struct response *res, const char **ret, struct err *err)
{
	struct terminal t;
	bool known = read_cookie(req, &t);
	int sent = terminal_parse(req_form(req, "terminal"));

	if (!known && sent < 0)
		t.class = TERMINAL_SHARED;
	/* A terminal the planner named stays what it is. */
	else if (sent >= 0 && !*t.name)
		t.class = (enum terminal_class)sent;
	*ret = text_of(req, &t);
	if (!*ret)
		return err_nomem(err);
	return sent >= 0 && !*t.name ? write_cookie(req, res, &t, err) : 0;
}

/* --- the planner names the terminal in front ---------------------------------------- */

static int show(struct request *req, struct response *res, int status, const char *message,
		struct err *err)
{
	struct terminal t;
	HTML_CLEANUP h;
	bool known = read_cookie(req, &t);

	html_init(&h, 0);
	page_begin(&h, req, NAV_IDS, "この端末の名前",
		   "今お使いのこのパソコンに名前と種類を付けます。ログインの画面では、ほかの人は"
		   "変えられません。");
	if (message)
		page_notice(&h, "error", NULL, message);
	form_begin(&h, req, "/terminal", false, false);
	form_input(&h, &(struct form_input){
			       .name = "name",
			       .label = "名前",
			       .help = "置いてある場所などです。空欄にすると名前を消します。"
				       "（例: 3階東 ナースステーション1）",
			       .value = t.name });
	class_choice(&h, known ? t.class : TERMINAL_SHARED);
	form_submit(&h, "primary", "この端末に付ける");
	form_end(&h);
	return page_end(&h, req, res, status, err);
}

int page_terminal(struct request *req, struct response *res, struct err *err)
{
	return show(req, res, 200, NULL, err);
}

int page_terminal_post(struct request *req, struct response *res, struct err *err)
{
	int class = terminal_parse(req_form(req, "terminal"));
	struct terminal t = { .name = "" };
	const char *name = "";
	struct err why;
	int r = req_form_text(req, "name", "名前", NAME_MAX_CHARS, false, false, &name, err);

	if (r >= 0 && class < 0)
		r = err_set(err, ERR_INVALID, "端末の種類を選んでください");
	if (r == ERR_INVALID) {
		why = *err;
		return show(req, res, 422, why.text, err);
	}
	if (r < 0)
		return r;
	t.class = (enum terminal_class) class;
	snprintf(t.name, sizeof t.name, "%s", name);
	r = write_cookie(req, res, &t, err);
	return r < 0 ? r : resp_redirect(res, "/settings", err);
}
