/*
 * The other end of sheet_read(): the program started again as a reader.
 *
 * It inherits the file as descriptor 0 and the pipe as descriptor 1, locks
 * itself in (base/sandbox.h), parses, and writes frames (frame.h) to the pipe.
 */
#ifndef DAICHO_READER_CHILD_H
#define DAICHO_READER_CHILD_H

#define READER_CHILD_ARG "--reader-child"

/* To be called first in main(). Returns -1 when this process is no reader
 * child, else the exit status, with which main() must leave at once by
 * _exit() (nothing was set up that exit handlers could tidy). */
int reader_child_main(int argc, char **argv);

#endif
