locals {
  q = <<-EOT
    {job="kairos"} |= "error"
  EOT
  r = "x"
}
