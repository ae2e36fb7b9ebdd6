/* The reader child as the parent sees it: started, watched, ended. */
#ifndef DAICHO_READER_PROCESS_H
#define DAICHO_READER_PROCESS_H

#include <stdint.h>
#include <sys/types.h>

#include "reader/request.h"

struct process {
	pid_t pid;	 /* 0 when none runs */
	int pipe;	 /* -1 when closed */
	int64_t left_us; /* waiting for the child that may still be spent */
	bool out_of_time;
};

/* Starts the child on `input`. End it with process_end whatever happens. */
int process_start(struct process *p, int input, const struct reader_request *request,
		  struct err *err);
/* Reads up to `size` bytes of what it says; 0 at the end. Negative, with
 * out_of_time set, when the time for waiting is used up. */
ssize_t process_read(struct process *p, char *bytes, size_t size, struct err *err);
/* Waits for a child that has closed its pipe; says in *err how it died if it did. */
int process_finish(struct process *p, struct err *err);
/* Kills the child if it still runs, and tidies up. */
void process_end(struct process *p);

#endif
