#include "store/core.h"

void companion_init(struct companion *p)
{
	pthread_mutex_init(&p->lock, NULL);
	p->made = NULL;
	p->drop = NULL;
}

void companion_release(struct companion *p)
{
	if (p->made)
		p->drop(p->made);
	p->made = NULL;
	pthread_mutex_destroy(&p->lock);
}

void *store_companion(struct store *s, void *(*make)(void), void (*drop)(void *made))
{
	void *made;

	pthread_mutex_lock(&s->companion.lock);
	if (!s->companion.made) {
		s->companion.made = make();
		s->companion.drop = drop;
	}
	made = s->companion.made;
	pthread_mutex_unlock(&s->companion.lock);
	return made;
}
