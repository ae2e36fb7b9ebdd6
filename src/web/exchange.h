/*
 * One request and its answer, from the first byte to the line in the log: the
 * inside of struct request, struct response and struct web. Used by the files
 * of src/web only.
 */
#ifndef DAICHO_WEB_EXCHANGE_H
#define DAICHO_WEB_EXCHANGE_H

#include <arpa/inet.h>
#include <microhttpd.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/hash.h"
#include "web/body.h"
#include "web/conn.h"
#include "web/csrf.h"
#include "web/fields.h"
#include "web/request.h"
#include "web/response.h"
#include "web/route.h"
#include "web/server.h"
#include "web/static.h"

#define RESPONSE_HEADERS_MAX 16

struct web {
	struct web_config config; /* strings below are copies */
	struct arena arena;	  /* holds them */
	struct MHD_Daemon *daemon;
	struct conns conns;
	struct tls tls;
	struct static_files *files;
	uint8_t secret[HASH_SIZE]; /* for tokens before signing in */
	int listen_fd, port;
};

enum response_kind { RESPONSE_NONE, RESPONSE_BYTES, RESPONSE_FILE, RESPONSE_STREAM };

struct response_header {
	const char *name, *value;
};

struct response {
	struct arena *arena;
	int status;
	enum response_kind kind;
	struct buf body;		/* RESPONSE_BYTES */
	const struct static_file *file; /* RESPONSE_BYTES served from memory instead */
	int fd;				/* RESPONSE_FILE */
	uint64_t size;
	resp_next *next; /* RESPONSE_STREAM */
	void (*done)(void *ctx);
	void *ctx;
	bool ended;
	struct buf piece;
	size_t piece_sent;
	const char *type;
	const char *cache;
	bool attachment;
	const char *filename; /* of a download */
	struct response_header headers[RESPONSE_HEADERS_MAX];
	size_t header_count;
};

struct request {
	struct web *web;
	struct web_conn *conn;
	struct MHD_Connection *mhd;
	struct arena arena;
	char id[ID_SIZE];
	char remote[INET6_ADDRSTRLEN];
	int64_t start_us;
	const char *raw;      /* target inside the connection's buffer; compared only */
	const char *target;   /* copy of it */
	const char *raw_path; /* target without query */
	const char *path, *method, *host;
	struct route_match match;
	const char *params[ROUTE_PARAMS_MAX]; /* decoded */
	struct fields query, cookies;
	struct body body;
	bool head_done, answered, close;
	bool decided;		   /* the answer is made, the body only read to its end */
	const struct err *failure; /* while an error page is sent */
	void *user;
	bool has_session;
	uint8_t session_secret[HASH_SIZE];
	char csrf[CSRF_TOKEN_SIZE]; /* "" until made */
	struct response res;
};

/* Checks the head of a request as libmicrohttpd parsed it and fills path,
 * host, query and cookies. Returns 0 or an HTTP status, with *err filled. */
int head_check(struct request *req, const char *method, const char *version, struct err *err);

/* response.c */
void response_init(struct response *res, struct arena *arena);
void response_release(struct response *res);
/* Forgets the answer made so far, keeping nothing. */
void response_reset(struct response *res);
int response_header(struct response *res, const char *name, const char *value, struct err *err);

/* Queues the answer in req->res. MHD_NO cuts the connection. */
enum MHD_Result answer_send(struct request *req);
/* Replaces the answer by an error page and queues it. */
enum MHD_Result answer_error(struct request *req, int status, const struct err *err);

/* csrf.c: checks of a POST: before its body, and after. ERR_DENIED. */
int csrf_check_origin(struct request *req, struct err *err);
int csrf_check_token(struct request *req, struct err *err);

/* The callbacks of libmicrohttpd; cls is the struct web. */
void *exchange_begin(void *cls, const char *uri, struct MHD_Connection *mhd);
enum MHD_Result exchange_step(void *cls, struct MHD_Connection *mhd, const char *url,
			      const char *method, const char *version, const char *data,
			      size_t *size, void **state);
void exchange_end(void *cls, struct MHD_Connection *mhd, void **state,
		  enum MHD_RequestTerminationCode code);

#endif
