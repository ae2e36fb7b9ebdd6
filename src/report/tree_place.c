/*
 * Coordinates by graphviz. It gets numbers and sizes only, its one layout
 * plug-in is linked in, and nothing it could write is used.
 */
#include <gvc.h>
#include <math.h>
#include <pthread.h>
#include <stdio.h>
#include <string.h>

#include "report/picture.h"

#define RANK_GAP 26.0
#define HANG_INDENT 18.0 /* stacked boxes stand that far to the right of their caller */
#define HANG_BUS 8.0	 /* and the line to them runs here, below the caller */

extern gvplugin_library_t gvplugin_dot_layout_LTX_library;

/* graphviz keeps state of the whole process, so one thread at a time may use
 * it; a fork waits for it, so that the child does not inherit a held lock. */
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_once_t once = PTHREAD_ONCE_INIT;

static void take_lock(void)
{
	pthread_mutex_lock(&lock);
}

static void drop_lock(void)
{
	pthread_mutex_unlock(&lock);
}

static void guard_forks(void)
{
	pthread_atfork(take_lock, drop_lock, drop_lock);
}

struct placing {
	const struct tree *t;
	const int *index;
	struct picture *pic;
	struct arena *mem;
	bool across;
	int *hangs_from; /* by box: its caller's box, if it is stacked below it; else -1 */
	Agraph_t *graph;
	Agnode_t **nodes;
	double top;	   /* y of the upper edge in graphviz' coordinates */
	double *rank_edge; /* by rank: where the boxes of that rank begin */
};

/* Literals that graphviz' interface wants as char *. */
static char *text(const char *s)
{
	return (char *)(uintptr_t)s;
}

static void set_size(Agnode_t *n, const char *name, double points)
{
	long thousandths = lround(points / 72 * 1000);
	char value[32];

	snprintf(value, sizeof value, "%ld.%03ld", thousandths / 1000, thousandths % 1000);
	agset(n, text(name), value);
}

static int box_of(const struct placing *s, int item)
{
	return s->index[item];
}

/* Counts the arrows drawn to (into) and from (out of) each box. */
static void count_links(const struct placing *s, int *into, int *out)
{
	int i;

	for (i = 0; i < s->t->link_count; i++) {
		int from = box_of(s, s->t->links[i].from), to = box_of(s, s->t->links[i].to);

		if (from < 0 || to < 0 || from == to)
			continue;
		into[to]++;
		out[from]++;
	}
}

/* Stacks the callees of everyone who calls at least two people, none of whom
 * calls anybody or is called by somebody else. */
static bool find_stacks(struct placing *s, bool wanted)
{
	size_t boxes = (size_t)s->pic->box_count + 1;
	int *into = arena_calloc(s->mem, boxes, sizeof *into);
	int *out = arena_calloc(s->mem, boxes, sizeof *out);
	bool *no = arena_calloc(s->mem, boxes, sizeof *no);
	int i;

	s->hangs_from = arena_calloc(s->mem, boxes, sizeof *s->hangs_from);
	if (!into || !out || !no || !s->hangs_from)
		return false;
	for (i = 0; i < s->pic->box_count; i++)
		s->hangs_from[i] = -1;
	if (!wanted)
		return true;
	count_links(s, into, out);
	for (i = 0; i < s->t->link_count; i++) {
		int from = box_of(s, s->t->links[i].from), to = box_of(s, s->t->links[i].to);

		if (from >= 0 && to >= 0 && (out[to] || into[to] != 1 || out[from] < 2))
			no[from] = true;
	}
	for (i = 0; i < s->t->link_count; i++) {
		int from = box_of(s, s->t->links[i].from), to = box_of(s, s->t->links[i].to);

		if (from >= 0 && to >= 0 && !no[from])
			s->hangs_from[to] = from;
	}
	return true;
}

static void add_nodes(struct placing *s)
{
	char name[16];
	int i;

	agattr(s->graph, AGRAPH, text("rankdir"), text(s->across ? "LR" : "TB"));
	agattr(s->graph, AGRAPH, text("ordering"), text("out"));
	agattr(s->graph, AGRAPH, text("ranksep"), text("0.361"));
	agattr(s->graph, AGRAPH, text("nodesep"), text(s->across ? "0.18" : "0.2"));
	agattr(s->graph, AGEDGE, text("weight"), text("1"));
	agattr(s->graph, AGNODE, text("shape"), text("box"));
	agattr(s->graph, AGNODE, text("fixedsize"), text("true"));
	agattr(s->graph, AGNODE, text("label"), text(""));
	agattr(s->graph, AGNODE, text("width"), text("1"));
	agattr(s->graph, AGNODE, text("height"), text("1"));
	for (i = 0; i < s->pic->box_count; i++) {
		snprintf(name, sizeof name, "n%d", i);
		s->nodes[i] = agnode(s->graph, name, 1);
		set_size(s->nodes[i], "width",
			 s->pic->boxes[i].w + (s->hangs_from[i] < 0 ? 0 : 2 * HANG_INDENT));
		set_size(s->nodes[i], "height", s->pic->boxes[i].h);
	}
}

/* A stacked box follows the one above it instead of its caller. */
static void add_edges(struct placing *s)
{
	int *last = arena_calloc(s->mem, (size_t)s->pic->box_count + 1, sizeof *last);
	char name[16];
	int i;

	for (i = 0; last && i < s->t->link_count; i++) {
		int from = box_of(s, s->t->links[i].from), to = box_of(s, s->t->links[i].to);
		int above = from;
		Agedge_t *e;

		if (from < 0 || to < 0 || from == to)
			continue;
		if (s->hangs_from[to] == from) {
			above = last[from] ? last[from] - 1 : from;
			last[from] = to + 1;
		}
		if (agedge(s->graph, s->nodes[above], s->nodes[to], NULL, 0))
			continue; /* drawn once, however often it is given */
		snprintf(name, sizeof name, "e%d", i);
		e = agedge(s->graph, s->nodes[above], s->nodes[to], name, 1);
		if (s->hangs_from[to] == from)
			agset(e, text("weight"), text("1000")); /* straight below */
	}
}

static void take_boxes(struct placing *s)
{
	int i, rank;

	s->pic->width = GD_bb(s->graph).UR.x - GD_bb(s->graph).LL.x;
	s->pic->height = GD_bb(s->graph).UR.y - GD_bb(s->graph).LL.y;
	s->top = GD_bb(s->graph).UR.y;
	for (i = 0; i < s->pic->box_count; i++)
		s->rank_edge[i] = 1e9;
	for (i = 0; i < s->pic->box_count; i++) {
		struct box *b = &s->pic->boxes[i];
		pointf at = ND_coord(s->nodes[i]);

		b->x = at.x - GD_bb(s->graph).LL.x - b->w / 2 +
		       (s->hangs_from[i] < 0 ? 0 : HANG_INDENT);
		b->y = s->top - at.y - b->h / 2;
		rank = ND_rank(s->nodes[i]);
		if (rank >= 0 && rank < s->pic->box_count)
			s->rank_edge[rank] = fmin(s->rank_edge[rank], s->across ? b->x : b->y);
	}
}

static double *points_new(struct placing *s, struct arrow *a, int count)
{
	a->xy = arena_calloc(s->mem, (size_t)count * 2, sizeof *a->xy);
	a->points = a->xy ? count : 0;
	return a->xy;
}

/* From rank to next rank: a line with two right angles, halfway between them.
 * Nothing lies there, since every box of the rank begins below. */
static void elbow(struct placing *s, struct arrow *a, const struct box *from, const struct box *to,
		  double edge)
{
	double *xy = points_new(s, a, 4), middle = edge - RANK_GAP / 2;

	if (!xy)
		return;
	if (s->across) {
		double p[] = {
			from->x + from->w, from->y + from->h / 2, middle, 0, middle, 0, to->x,
			to->y + to->h / 2
		};

		p[3] = p[1];
		p[5] = p[7];
		memcpy(xy, p, sizeof p);
	} else {
		double p[] = { from->x + from->w / 2,
			       from->y + from->h,
			       0,
			       middle,
			       0,
			       middle,
			       to->x + to->w / 2,
			       to->y };

		p[2] = p[0];
		p[4] = p[6];
		memcpy(xy, p, sizeof p);
	}
	a->tip_x = xy[6];
	a->tip_y = xy[7];
	a->from_x = xy[4];
	a->from_y = xy[5];
}

/* Over several ranks or backwards: the curve graphviz found around the boxes. */
static void curve(struct placing *s, struct arrow *a, Agedge_t *e)
{
	splines *spl = ED_spl(e);
	bezier *b = spl && spl->size > 0 ? &spl->list[spl->size - 1] : NULL;
	double left = GD_bb(s->graph).LL.x, *xy;
	pointf tip;
	int i;

	if (!b || b->size < 4)
		return;
	xy = points_new(s, a, (int)b->size);
	if (!xy)
		return;
	a->curve = true;
	for (i = 0; i < (int)b->size; i++) {
		xy[2 * i] = b->list[i].x - left;
		xy[2 * i + 1] = s->top - b->list[i].y;
	}
	tip = b->eflag ? b->ep : b->list[b->size - 1];
	a->tip_x = tip.x - left;
	a->tip_y = s->top - tip.y;
	i = b->eflag ? a->points - 1 : a->points - 2;
	a->from_x = xy[2 * i];
	a->from_y = xy[2 * i + 1];
}

/* From the caller down its left side and then to the box. */
static void hang(struct placing *s, struct arrow *a, const struct box *from, const struct box *to)
{
	double *xy = points_new(s, a, 3), bus = to->x - HANG_INDENT + HANG_BUS;

	if (!xy)
		return;
	xy[0] = xy[2] = bus;
	xy[1] = from->y + from->h;
	xy[3] = xy[5] = to->y + to->h / 2;
	xy[4] = to->x;
	a->tip_x = xy[4];
	a->tip_y = xy[5];
	a->from_x = xy[2];
	a->from_y = xy[3];
}

static void take_arrows(struct placing *s)
{
	int i;

	for (i = 0; i < s->pic->box_count; i++) {
		Agedge_t *e;

		if (s->hangs_from[i] >= 0) {
			hang(s, &s->pic->arrows[s->pic->arrow_count++],
			     &s->pic->boxes[s->hangs_from[i]], &s->pic->boxes[i]);
			continue; /* it calls nobody itself */
		}
		for (e = agfstout(s->graph, s->nodes[i]); e; e = agnxtout(s->graph, e)) {
			int to = (int)strtol(agnameof(aghead(e)) + 1, NULL, 10);
			int rank = ND_rank(aghead(e));
			struct arrow *a = &s->pic->arrows[s->pic->arrow_count];

			if (s->hangs_from[to] >= 0)
				continue;
			if (rank == ND_rank(s->nodes[i]) + 1 && rank < s->pic->box_count)
				elbow(s, a, &s->pic->boxes[i], &s->pic->boxes[to],
				      s->rank_edge[rank]);
			else
				curve(s, a, e);
			if (a->points)
				s->pic->arrow_count++;
		}
	}
}

static int run_layout(struct placing *s, struct err *err)
{
	static lt_symlist_t plugins[] = {
		{ "gvplugin_dot_layout_LTX_library", &gvplugin_dot_layout_LTX_library },
		{ NULL, NULL },
	};
	GVC_t *gvc = gvContextPlugins(plugins, 0);
	int r = 0;

	if (!gvc)
		return err_nomem(err);
	agseterr(AGMAX); /* it would write to standard error */
	s->graph = agopen(text("t"), Agdirected, NULL);
	add_nodes(s);
	add_edges(s);
	if (gvLayout(gvc, s->graph, "dot") == 0) {
		take_boxes(s);
		take_arrows(s);
		gvFreeLayout(gvc, s->graph);
	} else {
		r = err_set(err, ERR_BUG,
			    "連絡体制図を配置できませんでした。開発元に連絡してください。");
	}
	agclose(s->graph);
	gvFreeContext(gvc);
	return r;
}

int picture_place(const struct tree *t, const int *index, enum picture_form form, struct arena *mem,
		  struct picture *pic, struct err *err)
{
	struct placing s = {
		.t = t, .index = index, .pic = pic, .mem = mem, .across = form == PICTURE_ACROSS
	};
	size_t boxes = (size_t)pic->box_count;
	int r;

	s.nodes = arena_calloc(mem, boxes + 1, sizeof *s.nodes);
	s.rank_edge = arena_calloc(mem, boxes + 1, sizeof *s.rank_edge);
	pic->arrows = arena_calloc(mem, (size_t)t->link_count + 1, sizeof *pic->arrows);
	if (!s.nodes || !s.rank_edge || !pic->arrows || !find_stacks(&s, form == PICTURE_HANG))
		return err_nomem(err);
	pthread_once(&once, guard_forks);
	take_lock();
	r = run_layout(&s, err);
	drop_lock();
	if (r == 0 && arena_failed(mem))
		r = err_nomem(err);
	return r;
}
