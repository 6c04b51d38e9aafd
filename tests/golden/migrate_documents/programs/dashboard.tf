resource "grafana_dashboard" "kairos" {
  config_json = <<EOT
{"title": "x", "panels": [{"targets": [{"expr": "{job=\"kairos\"}"}]}]}
EOT
}
