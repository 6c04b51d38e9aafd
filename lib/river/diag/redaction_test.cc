#include <doctest/doctest.h>

#include <string>

#include "river/diag/render.h"

using namespace river::diag;

TEST_CASE("redaction: names of secrets") {
  for (const char* name :
       {"password", "loki_password", "apiKey", "api_key", "X-Auth-Token", "tls_key",
        "Authorization", "client_secret", "credentials", "key_pem", "db_pass"}) {
    CAPTURE(name);
    CHECK(names_secret(name));
  }
  for (const char* name : {"password_env", "token_file", "key_file", "monkey", "passenger", "keys",
                           "bypass", "key", "secret_name", "", "-", "service"}) {
    CAPTURE(name);
    CHECK_FALSE(names_secret(name));
  }
}

TEST_CASE("redaction: what a line shows") {
  struct Case {
    std::string line, shown;
  };
  for (const Case& c : {
           Case{"password: hunter2", "password: ****"},
           Case{"  loki_password: \"hunter2\"  # ours", "  loki_password: ****"},
           Case{"auth: {user: me, password: hunter2}", "auth: {user: me, password: ****"},
           Case{R"("api_token": "hunter2",)", R"("api_token": ****)"},
           Case{"h1 ansible_password=hunter2 ansible_port=22", "h1 ansible_password=****"},
           Case{"password = hunter2", "password = ****"},
           Case{R"(password = "hunter2")", R"(password = "****")"},
           Case{R"(password = "hun\"ter2" + "x")", R"(password = "****" + "****")"},
           Case{R"(password = "hunter2)", R"(password = "****)"},
           Case{"password = `hunter2`", "password = `****`"},
           Case{R"(password = sys.evn("hunter2"))", R"(password = sys.evn("****"))"},
           Case{R"(password = sys.env("LOKI_PASSWORD"))", R"(password = sys.env("LOKI_PASSWORD"))"},
           Case{"password = host.vars.loki_password", "password = host.vars.loki_password"},
           Case{"password: \"{{ vault_loki }}\"", "password: \"{{ vault_loki }}\""},
           Case{"password: {{ 'hunter2' }}", "password: ****"},
           Case{"password: !vault |", "password: !vault |"},
           Case{"password: !vault hunter2hunter2", "password: ****"},
           Case{"a: {user: me, pw: !vault \"$ANSIBLE_VAULT;1.1;AES256\\n6162\"}",
                "a: {user: me, pw: ****"},
           Case{"a: [me, \"$ANSIBLE_VAULT;1.1;AES256\\n6162\"]", "a: [me, \"****"},
           Case{"a: ENC[AES256_GCM,data:6162,type:str]", "a: ****"},
           Case{"a: {password: x, pw: !vault 6162616261}", "a: {password: ****"},
           Case{"- !vault |", "- !vault |"},
           Case{"webhook_url: https://h/x", "webhook_url: ****"},
           Case{"url: https://h/x?a=b&sig=hunter2", "url: https://h/x?a=b&sig=****"},
           Case{"pwd: hunter2", "pwd: ****"},
           Case{"token_url: https://auth/token", "token_url: https://auth/token"},
           Case{R"(headers = {"Authorization" = ["Bearer hunter2"]})",
                R"(headers = {"Authorization" = ["****"]})"},
           Case{"password_env: LOKI_PASSWORD", "password_env: LOKI_PASSWORD"},
           Case{"$ANSIBLE_VAULT;1.1;AES256", "$ANSIBLE_VAULT;1.1;AES256"},
           Case{"services: [kairos]", "services: [kairos]"},
           Case{"password:", "password:"},
           Case{"{username: u, passwrd: hunter2}", "{username: u, passwrd: ****"},
           Case{"authorisation: hunter2", "authorisation: ****"},
           Case{"API_TOKN=hunter2", "API_TOKN=****"},
           Case{"secure: true", "secure: true"},
           Case{"pasword_file: /a", "pasword_file: /a"},
           Case{"", ""},
       }) {
    CAPTURE(c.line);
    CHECK(redact(c.line, 0).line == c.shown);
  }
}

TEST_CASE("redaction: values of several lines") {
  struct Case {
    std::string above, line;
    bool is_hidden;
  };
  for (const Case& c : {
           Case{"password: !vault |\n", "  6162", true},
           Case{"$ANSIBLE_VAULT;1.1;AES256\n61\n", "6162", true},
           Case{"password: !vault |\n", "  $ANSIBLE_VAULT;1.1;AES256", true},
           Case{"- !vault |\n  $ANSIBLE_VAULT;1.1;AES256\n  61\n", "  6162", true},
           Case{"- !vault |\n  $ANSIBLE_VAULT;1.1;AES256\n  61\n- a:\n", "    b", false},
           Case{"a: {pw: !vault \"$ANSIBLE_VAULT;1.1;AES256\n", "  6162", true},
           Case{"a: {pw: !vault \"$ANSIBLE_VAULT;1.1;AES256\n 61\"}\n", "b: 6162", false},
           Case{"a: \"$ANSIBLE_VAULT;1.1;AES256\"\n", "b: 6162", false},
           Case{"password: |\n  a\n\n", "  hunter2", true},
           Case{"password:\n", "  hunter2", true},
           Case{"tokens:\n  token:\n    - a\n", "    - hunter2", true},
           Case{"password: |\n  a\n", "user: me", false},
           Case{"key_pem = `-----BEGIN\n", "hunter2", true},
           Case{"key_pem = `a\nb`\n", "user = \"me\"", false},
           Case{"x = \"-----BEGIN PRIVATE KEY-----\n", "hunter2", true},
           Case{"x = \"-----BEGIN PRIVATE KEY-----\n-----END PRIVATE KEY-----\n", "y = 1", false},
           Case{"\"Authorization\" = [\n", "  \"Bearer hunter2\",", true},
           Case{"password = \"a\"\n", "  user = \"me\"", false},
       }) {
    CAPTURE(c.above);
    CAPTURE(c.line);
    const std::string shown = redact(c.above + c.line, c.above.size()).line;
    CHECK((shown.find(kRedacted) != std::string::npos) == c.is_hidden);
    CHECK((shown == c.line) != c.is_hidden);
  }
}
TEST_CASE("redaction: URLs") {
  struct Case {
    std::string text, shown;
  };
  for (const Case& c : {
           Case{"http://me:pass@host/a", "http://me:****@host/a"},
           Case{"http://me@host/a:b@c", "http://me@host/a:b@c"},
           Case{"https://glpat-0123456789ab@host/a", "https://******************@host/a"},
           Case{"http://a:b@h, http://c:dä@h", "http://a:*@h, http://c:**@h"},
           Case{"api_url: https://hooks.slack.com/services/T0/B0/hunter2",
                "api_url: https://hooks.slack.com/********/**/**/*******"},
           Case{"\"https://discord.com/api/webhooks/1/hunter2\", x",
                "\"https://discord.com/***/********/*/*******\", x"},
           Case{"https://acme.webhook.office.com/hunter2",
                "https://acme.webhook.office.com/*******"},
           Case{"https://notdiscord.com/api", "https://notdiscord.com/api"},
       }) {
    CAPTURE(c.text);
    CHECK(without_passwords(c.text) == c.shown);
  }
}
