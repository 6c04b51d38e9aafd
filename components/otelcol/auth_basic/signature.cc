#include "components/otelcol/auth_basic/signature.h"

#include "river/schema/decode.h"

namespace components::otelcol::auth_basic {
namespace {

namespace schema = river::schema;
using schema::Need;

constexpr schema::Field kClientFields[] = {
    schema::attr<&ClientAuth::username>("username", Need::optional, "User of a client."),
    schema::attr<&ClientAuth::username_file>("username_file", Need::optional,
                                             "File with the user."),
    schema::attr<&ClientAuth::password>("password", Need::optional, "Its password."),
    schema::attr<&ClientAuth::password_file>("password_file", Need::optional,
                                             "File with the password."),
};

void validate_client(const ClientAuth&, schema::Scope& scope) {
  scope.at_most_one({"username", "username_file"});
  scope.at_most_one({"password", "password_file"});
}
constexpr schema::BlockSchema kClient =
    schema::schema_of<ClientAuth, validate_client>(kClientFields);

constexpr schema::Field kHtpasswdFields[] = {
    schema::attr<&Htpasswd::file>("file", Need::optional, "File of users, as htpasswd writes it."),
    schema::attr<&Htpasswd::inline_text>("inline", Need::optional, "The same as text."),
};
constexpr schema::BlockSchema kHtpasswd = schema::schema_of(kHtpasswdFields);

constexpr schema::Field kFields[] = {
    schema::attr<&Arguments::username>("username", Need::optional,
                                       "User of clients, and the one that listeners accept."),
    schema::attr<&Arguments::password>("password", Need::optional, "Its password."),
    schema::block<&Arguments::client_auth>("client_auth", Need::optional,
                                           "User and password for clients only.", kClient),
    schema::block<&Arguments::htpasswd>("htpasswd", Need::optional, "Users that listeners accept.",
                                        kHtpasswd),
    schema::block<&Arguments::debug_metrics>("debug_metrics", Need::optional,
                                             "For Grafana Alloy; has no effect.", kDebugMetrics),
};

void validate(const Arguments& arguments, schema::Scope& scope) {
  if (arguments.htpasswd)
    scope.error("htpasswd", "C091", "htpasswd is not supported yet")
        .with_help("set username and password: listeners let this user in");
  if (!scope.given("username") && !arguments.client_auth && !arguments.htpasswd)
    scope.error("", "C116", "there is neither a username nor a block client_auth");
}

std::vector<schema::HostNeed> needs(const Arguments& arguments) {
  std::vector<schema::HostNeed> all;
  if (!arguments.client_auth) return all;
  for (const std::string* file :
       {&arguments.client_auth->username_file, &arguments.client_auth->password_file})
    if (!file->empty()) all.push_back({schema::HostNeed::Kind::readable_file, *file, {}});
  return all;
}

}  // namespace

const schema::Signature kSignature{
    .name = "otelcol.auth.basic",
    .doc = "A user and a password for otelcol components.",
    .arguments = schema::schema_of<Arguments, validate>(kFields),
    .exports = kHandlerExports,
    .make_arguments = schema::make_arguments<Arguments>,
    .needs = schema::hook<Arguments, needs>,
};

}  // namespace components::otelcol::auth_basic
