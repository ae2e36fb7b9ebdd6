#include "anchor/http.h"

#include <curl/curl.h>
#include <string.h>

#include "base/cleanup.h"

struct answer {
	struct buf *to;
	size_t max;
};

static size_t take(char *p, size_t size, size_t n, void *arg)
{
	struct answer *a = arg;

	if (a->to->len + size * n > a->max)
		return 0;
	buf_add(a->to, p, size * n);
	return buf_failed(a->to) ? 0 : size * n;
}

const char *http_advice(int code)
{
	switch (code) {
	case CURLE_COULDNT_RESOLVE_HOST: return "サーバーの名前が見つかりません。宛先の綴りを確かめてください";
	case CURLE_COULDNT_CONNECT:
		return "サーバーにつながりません。宛先とポート、外への通信が許されているかを確かめてください";
	case CURLE_OPERATION_TIMEDOUT: return "返事が時間内に来ませんでした。しばらくして、もう一度試してください";
	case CURLE_PEER_FAILED_VERIFICATION:
	case CURLE_SSL_CACERT_BADFILE:
	case CURLE_SSL_CONNECT_ERROR:
		return "サーバーの証明書を確かめられません。認証局の証明書のファイルと宛先の名前を確かめてください";
	case CURLE_USE_SSL_FAILED: return "サーバーが暗号化（STARTTLS）に応じません。暗号化しない送り方はしません";
	case CURLE_LOGIN_DENIED: return "利用者かパスワードが違います";
	case CURLE_WRITE_ERROR: return "返事が大きすぎます。宛先が正しいか確かめてください";
	case CURLE_URL_MALFORMAT:
	case CURLE_UNSUPPORTED_PROTOCOL: return "宛先の書き方が違います";
	default: return "通信に失敗しました。宛先と回線を確かめてください";
	}
}

static int perform(CURL *c, const struct http_post *p, struct answer *a,
		   struct curl_slist *headers)
{
	curl_easy_setopt(c, CURLOPT_URL, p->url);
	curl_easy_setopt(c, CURLOPT_PROTOCOLS_STR, p->encrypted ? "https" : "http,https");
	curl_easy_setopt(c, CURLOPT_NOSIGNAL, 1L);
	curl_easy_setopt(c, CURLOPT_TIMEOUT, (long)HTTP_SECONDS);
	curl_easy_setopt(c, CURLOPT_CONNECTTIMEOUT, 10L);
	curl_easy_setopt(c, CURLOPT_POST, 1L);
	curl_easy_setopt(c, CURLOPT_POSTFIELDS, p->body);
	curl_easy_setopt(c, CURLOPT_POSTFIELDSIZE, (long)p->len);
	curl_easy_setopt(c, CURLOPT_HTTPHEADER, headers);
	curl_easy_setopt(c, CURLOPT_WRITEFUNCTION, take);
	curl_easy_setopt(c, CURLOPT_WRITEDATA, a);
	if (p->ca_file && *p->ca_file)
		curl_easy_setopt(c, CURLOPT_CAINFO, p->ca_file);
	return (int)curl_easy_perform(c);
}

int http_post(const struct http_post *p, struct buf *ret, struct err *err)
{
	struct answer a = { ret, p->max };
	struct curl_slist *headers;
	char type[128];
	CURL *c = curl_easy_init();
	long status = 0;
	int code;

	(void)snprintf(type, sizeof type, "Content-Type: %s", p->type);
	headers = curl_slist_append(NULL, type);
	if (!c || !headers) {
		curl_easy_cleanup(c);
		curl_slist_free_all(headers);
		return err_nomem(err);
	}
	code = perform(c, p, &a, headers);
	curl_easy_getinfo(c, CURLINFO_RESPONSE_CODE, &status);
	curl_easy_cleanup(c);
	curl_slist_free_all(headers);
	if (code != CURLE_OK)
		return err_set(err, code == CURLE_WRITE_ERROR ? ERR_LIMIT : ERR_IO, "%s（%s）",
			       http_advice(code), curl_easy_strerror((CURLcode)code));
	return status > 0 ? (int)status : err_set(err, ERR_IO, "返事の形が正しくありません");
}
