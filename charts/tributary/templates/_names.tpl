{{/* Names, labels and images. */}}

{{- define "tributary.name" -}}
{{- .Values.nameOverride | default .Chart.Name | trunc 63 | trimSuffix "-" }}
{{- end }}

{{- define "tributary.fullname" -}}
{{- $name := include "tributary.name" . }}
{{- if .Values.fullnameOverride }}
{{- .Values.fullnameOverride | trunc 63 | trimSuffix "-" }}
{{- else if contains $name .Release.Name }}
{{- .Release.Name | trunc 63 | trimSuffix "-" }}
{{- else }}
{{- printf "%s-%s" .Release.Name $name | trunc 63 | trimSuffix "-" }}
{{- end }}
{{- end }}

{{- define "tributary.namespace" -}}
{{- .Values.namespaceOverride | default .Release.Namespace }}
{{- end }}

{{- define "tributary.selectorLabels" -}}
app.kubernetes.io/name: {{ include "tributary.name" . }}
app.kubernetes.io/instance: {{ .Release.Name }}
{{- end }}

{{- define "tributary.labels" -}}
helm.sh/chart: {{ printf "%s-%s" .Chart.Name .Chart.Version | replace "+" "_" }}
{{ include "tributary.selectorLabels" . }}
app.kubernetes.io/version: {{ .Chart.AppVersion | quote }}
app.kubernetes.io/managed-by: {{ .Release.Service }}
app.kubernetes.io/part-of: tributary
{{- end }}

{{/* name, namespace and labels of an object; it may add labels and annotations. */}}
{{- define "tributary.metadata" -}}
name: {{ include "tributary.fullname" . }}
namespace: {{ include "tributary.namespace" . }}
labels:
  {{- include "tributary.labels" . | nindent 2 }}
{{- end }}

{{- define "tributary.serviceAccountName" -}}
{{- .Values.serviceAccount.name | default (ternary (include "tributary.fullname" .) "default" .Values.serviceAccount.create) }}
{{- end }}

{{/* The values of the agent: those that were written for the chart of Grafana Alloy or of its predecessor win. */}}
{{- define "tributary.agent" -}}
{{- mustMergeOverwrite (deepCopy .Values.tributary) (deepCopy (.Values.agent | default dict)) (deepCopy (.Values.alloy | default dict)) | toJson }}
{{- end }}

{{/* REGISTRY/REPOSITORY:TAG of a map of image values. Takes (list global-values image default-tag). */}}
{{- define "tributary.image" -}}
{{- $global := index . 0 }}
{{- $image := index . 1 }}
{{- $registry := $image.registry | default $global.image.registry }}
{{- if $registry }}{{ $registry }}/{{ end }}{{ $image.repository }}
{{- if $image.digest }}@{{ $image.digest }}{{ else }}:{{ $image.tag | default (index . 2) }}{{ end }}
{{- end }}

{{- define "tributary.configMapName" -}}
{{- (include "tributary.agent" . | fromJson).configMap.name | default (include "tributary.fullname" .) }}
{{- end }}

{{/* The key of the configuration: an own ConfigMap has by default the key that charts of Alloy make. */}}
{{- define "tributary.configKey" -}}
{{- $map := (include "tributary.agent" . | fromJson).configMap }}
{{- $map.key | default (ternary "config.river" "config.alloy" $map.create) }}
{{- end }}

{{- define "tributary.config" -}}
{{- $content := (include "tributary.agent" . | fromJson).configMap.content }}
{{- if $content }}{{ tpl $content . }}{{ else }}{{ .Files.Get "files/pod-logs.river" }}{{ end }}
{{- end }}
