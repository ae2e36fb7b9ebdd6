#include "web/route.h"

#include <stdbool.h>
#include <stdint.h>
#include <string.h>

struct segment {
	const char *text;
	size_t len;
	bool is_param; /* text without the braces */
};

/* Splits "/a/{b}" into segments. Returns the count, or -1 if the path is not
 * absolute, has an empty segment (except "/" itself) or too many. */
static int split(const char *path, struct segment ret[ROUTE_SEGMENTS_MAX])
{
	int n = 0;

	if (*path != '/')
		return -1;
	if (!path[1])
		return 0;
	while (*path == '/') {
		size_t len = strcspn(++path, "/");

		if (!len || n == ROUTE_SEGMENTS_MAX)
			return -1;
		ret[n++] = (struct segment){ path, len, false };
		path += len;
	}
	return n;
}

static int split_pattern(const char *pattern, struct segment ret[ROUTE_SEGMENTS_MAX])
{
	int n = split(pattern, ret), i, params = 0;

	for (i = 0; i < n; i++) {
		struct segment *s = &ret[i];
		size_t braces = 0, k;

		for (k = 0; k < s->len; k++)
			braces += s->text[k] == '{' || s->text[k] == '}';
		if (!braces)
			continue;
		if (braces != 2 || s->len < 3 || s->text[0] != '{' || s->text[s->len - 1] != '}')
			return -1;
		*s = (struct segment){ s->text + 1, s->len - 2, true };
		params++;
	}
	return params > ROUTE_PARAMS_MAX ? -1 : n;
}

static bool same_paths(const struct route *a, const struct route *b)
{
	struct segment sa[ROUTE_SEGMENTS_MAX], sb[ROUTE_SEGMENTS_MAX];
	int na = split_pattern(a->pattern, sa), nb = split_pattern(b->pattern, sb), i;

	if (na != nb || a->method != b->method)
		return false;
	for (i = 0; i < na; i++) {
		if (sa[i].is_param != sb[i].is_param)
			return false;
		if (!sa[i].is_param &&
		    (sa[i].len != sb[i].len || memcmp(sa[i].text, sb[i].text, sa[i].len)))
			return false;
	}
	return true;
}

static const char *row_fault(const struct route *r)
{
	struct segment segments[ROUTE_SEGMENTS_MAX];

	if (!r->pattern || split_pattern(r->pattern, segments) < 0)
		return "パスの形が正しくありません";
	if (!r->handler)
		return "処理がありません";
	if (r->permission <= 0)
		return "権限がありません";
	if (r->access <= 0)
		return "利用の記録の区分がありません";
	if (!r->doc || !*r->doc)
		return "説明がありません";
	if (r->method == ROUTE_GET &&
	    ((r->csrf != CSRF_NONE && r->csrf != CSRF_BEARER) || r->body_limit))
		return "GETが本文またはCSRFを持っています";
	if (r->method == ROUTE_POST && (r->csrf == CSRF_NONE || !r->body_limit))
		return "POSTにCSRFまたは本文の上限がありません";
	if ((unsigned)r->method >= ROUTE_METHOD_MAX)
		return "メソッドが正しくありません";
	return NULL;
}

int route_check(const struct route *routes, size_t count, struct err *err)
{
	size_t i, k;

	for (i = 0; i < count; i++) {
		const char *fault = row_fault(&routes[i]);

		for (k = 0; k < i && !fault; k++)
			if (same_paths(&routes[i], &routes[k]))
				fault = "同じパスの行が2つあります";
		if (fault)
			return err_set(
				err, ERR_BUG,
				"画面の一覧に誤りがあります: %s: %s。開発者に知らせてください",
				routes[i].pattern ? routes[i].pattern : "(なし)", fault);
	}
	return 0;
}

/* False if what stands before the first parameter differs: so it is for most rows. */
static bool begins(const char *pattern, const char *path)
{
	while (*pattern && *pattern != '{')
		if (*pattern++ != *path++)
			return false;
	return true;
}

/* Matches one pattern; collects its parameters. `weight` tells which of two
 * matching patterns is the more literal one: leftmost segment first. */
static bool match(const char *pattern, const struct segment *path, int path_count,
		  struct route_match *ret, uint32_t *weight)
{
	struct segment want[ROUTE_SEGMENTS_MAX];
	int n = split_pattern(pattern, want), i;

	if (n != path_count)
		return false;
	ret->param_count = 0;
	*weight = 0;
	for (i = 0; i < n; i++) {
		*weight = *weight * 2 + !want[i].is_param;
		if (want[i].is_param) {
			ret->params[ret->param_count++] =
				(struct route_param){ want[i].text, want[i].len, path[i].text,
						      path[i].len };
		} else if (want[i].len != path[i].len ||
			   memcmp(want[i].text, path[i].text, want[i].len)) {
			return false;
		}
	}
	return true;
}

void route_find(const struct route *routes, size_t count, enum route_method method,
		const char *path, struct route_match *ret)
{
	struct segment segments[ROUTE_SEGMENTS_MAX];
	int n = split(path, segments);
	uint32_t best = 0, weight;
	size_t i;

	memset(ret, 0, sizeof *ret);
	for (i = 0; i < count && n >= 0; i++) {
		struct route_match found = { .route = &routes[i] };

		if (!begins(routes[i].pattern, path) ||
		    !match(routes[i].pattern, segments, n, &found, &weight))
			continue;
		ret->allowed |= 1U << routes[i].method;
		if (routes[i].method != method || (ret->route && weight <= best))
			continue;
		found.allowed = ret->allowed;
		*ret = found;
		best = weight;
	}
}
