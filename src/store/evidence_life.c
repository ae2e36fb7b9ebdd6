/* The beginning and the end of everything about access events in an open store. */
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "store/evidence_core.h"
#include "store/evidence_head.h"
#include "store/evidence_read.h"

#define RETRY_US 1000000 /* a start that failed is not tried again at once */

static void locks_init(struct evidence *ev)
{
	pthread_mutex_init(&ev->life, NULL);
	pthread_mutex_init(&ev->lock, NULL);
	pthread_cond_init(&ev->wake, NULL);
	pthread_mutex_init(&ev->keys_lock, NULL);
	pthread_mutex_init(&ev->readers_lock, NULL);
	pthread_mutex_init(&ev->keep_lock, NULL);
	pthread_cond_init(&ev->keep_wake, NULL);
	pthread_mutex_init(&ev->head_lock, NULL);
	pthread_mutex_init(&ev->rest_lock, NULL);
}

static void keys_load(struct evidence *ev)
{
	unsigned i;

	for (i = 0; i < 3; i++)
		vault_trail_key(&ev->s->vault, 1 + i, ev->tag_key[i], sizeof ev->tag_key[i]);
	vault_trail_key(&ev->s->vault, 4, ev->window_key, sizeof ev->window_key);
}

struct evidence *evidence_new(struct store *s, struct err *err)
{
	struct evidence *ev = calloc(1, sizeof *ev);

	if (!ev || words_init(&ev->words, err) < 0) {
		free(ev);
		err_nomem(err);
		return NULL;
	}
	ev->s = s;
	ev->clock = clock_now_us;
	locks_init(ev);
	tail_init(&ev->tail_rows);
	index_init(&ev->index);
	keys_load(ev);
	return ev;
}

/* --- starting ------------------------------------------------------------------------- */

static int threads_start(struct evidence *ev, struct err *err)
{
	ev->stop = ev->keep_stop = false;
	/* On a full disk it starts for reading, and takes in as soon as there is room. */
	ev->writable = folder_reserve(&ev->s->folder, &ev->why) == 0;
	if (pthread_create(&ev->committer, NULL, evidence_commit_main, ev) != 0)
		return err_nomem(err);
	if (pthread_create(&ev->keeper, NULL, evidence_keep_main, ev) == 0)
		return 0;
	pthread_mutex_lock(&ev->lock);
	ev->stop = true;
	pthread_cond_signal(&ev->wake);
	pthread_mutex_unlock(&ev->lock);
	pthread_join(ev->committer, NULL);
	return err_nomem(err);
}

static int start(struct evidence *ev, struct err *err)
{
	int rc;

	if (store_readonly(ev->s))
		return err_set(err, ERR_DENIED,
			       "読み取り専用で開いているため、証跡を取り込めません。"
			       "サーバーに送ってください");
	rc = evidence_head_check(ev, err);
	if (rc == 0)
		rc = evidence_commit_load(ev, err);
	if (rc == 0) {
		evidence_publish(ev, 0);
		rc = index_start(ev, err);
	}
	if (rc == 0)
		rc = threads_start(ev, err);
	if (rc < 0)
		evidence_commit_release(ev);
	return rc;
}

int evidence_start(struct evidence *ev, struct err *err)
{
	struct err why = { 0 };
	int rc = 0;

	pthread_mutex_lock(&ev->life);
	if (!ev->running) {
		if (ev->failed.code && clock_mono_us() - ev->tried_at < RETRY_US) {
			why = ev->failed;
			rc = why.code;
		} else {
			rc = start(ev, &why);
			ev->running = rc == 0;
			ev->failed = why;
			ev->failed.code = rc;
			ev->tried_at = clock_mono_us();
		}
	}
	pthread_mutex_unlock(&ev->life);
	if (rc < 0 && err)
		*err = why;
	return rc;
}

/* --- the end ------------------------------------------------------------------------------ */

void evidence_stop(struct evidence *ev)
{
	if (!ev || !ev->running)
		return;
	pthread_mutex_lock(&ev->keep_lock);
	ev->keep_stop = true;
	pthread_cond_signal(&ev->keep_wake);
	pthread_mutex_unlock(&ev->keep_lock);
	pthread_join(ev->keeper, NULL);
	/* A head that fails now is missing until the next start; nothing is lost. */
	head_record(ev, NULL);
	pthread_mutex_lock(&ev->lock);
	ev->stop = true;
	pthread_cond_signal(&ev->wake);
	pthread_mutex_unlock(&ev->lock);
	pthread_join(ev->committer, NULL);
	ev->running = false;
}

void evidence_free(struct evidence *ev)
{
	struct source_state *s;

	if (!ev)
		return;
	index_release(&ev->index);
	readers_drop(ev, 0);
	evidence_commit_release(ev);
	tail_release(&ev->tail_rows);
	words_release(&ev->words);
	while ((s = ev->sources) != NULL) {
		ev->sources = s->next;
		free(s);
	}
	pthread_mutex_destroy(&ev->rest_lock);
	pthread_mutex_destroy(&ev->head_lock);
	pthread_cond_destroy(&ev->keep_wake);
	pthread_mutex_destroy(&ev->keep_lock);
	pthread_mutex_destroy(&ev->readers_lock);
	pthread_mutex_destroy(&ev->keys_lock);
	pthread_cond_destroy(&ev->wake);
	pthread_mutex_destroy(&ev->lock);
	pthread_mutex_destroy(&ev->life);
	bytes_wipe(ev, sizeof *ev);
	free(ev);
}
