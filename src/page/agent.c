#include "page/agent.h"

#include <stddef.h>
#include <string.h>

struct mark {
	const char *in_agent, *name;
};

/* The first that is found counts: newer browsers also name the older ones they resemble. */
static const struct mark browsers[] = {
	{ "Edg/", "Edge" },
	{ "OPR/", "Opera" },
	{ "Vivaldi/", "Vivaldi" },
	{ "SamsungBrowser/", "Samsung Internet" },
	{ "Firefox/", "Firefox" },
	{ "FxiOS/", "Firefox" },
	{ "CriOS/", "Chrome" },
	{ "HeadlessChrome/", "Chrome" },
	{ "Chrome/", "Chrome" },
	{ "Safari/", "Safari" },
	{ "Trident/", "Internet Explorer" },
	{ "curl/", "curl" },
	{ "Python-urllib/", "Python" },
};

static const struct mark systems[] = {
	{ "iPhone", "iPhone" },	  { "iPad", "iPad" },	 { "Android", "Android" },
	{ "Windows", "Windows" }, { "Mac OS X", "Mac" }, { "CrOS", "Chromebook" },
	{ "Linux", "Linux" },
};

static const char *find(const struct mark *list, size_t count, const char *agent)
{
	size_t i;

	for (i = 0; i < count; i++)
		if (strstr(agent, list[i].in_agent))
			return list[i].name;
	return NULL;
}

const char *agent_words(const char *agent, struct arena *arena)
{
	const char *browser = find(browsers, sizeof browsers / sizeof browsers[0], agent);
	const char *system = find(systems, sizeof systems / sizeof systems[0], agent);
	const char *text = browser && system ? arena_printf(arena, "%s（%s）", browser, system)
			   : browser	     ? browser
			   : system	     ? system
					     : "不明";

	return text ? text : "不明";
}
