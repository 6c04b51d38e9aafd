{{/* Where the agent keeps positions and queues, and as whom it runs. */}}

{{/* hostPath, emptyDir or none. */}}
{{- define "tributary.storage" -}}
{{- $agent := include "tributary.agent" . | fromJson }}
{{- $type := $agent.storage.type }}
{{- if eq $type "auto" }}
  {{- $type = ternary "hostPath" "emptyDir" (eq .Values.controller.type "daemonset") }}
  {{- range $agent.mounts.extra }}
    {{- if or (eq .mountPath $agent.storagePath) (hasPrefix (printf "%s/" (trimSuffix "/" .mountPath)) $agent.storagePath) }}
      {{- $type = "none" }}
    {{- end }}
  {{- end }}
{{- else if not (has $type (list "hostPath" "emptyDir" "none")) }}
  {{- fail (printf "tributary.storage.type is %q: it must be auto, hostPath, emptyDir or none" $type) }}
{{- end }}
{{- $type }}
{{- end }}

{{/* "true" when folders of the node are mounted, which only root can read. */}}
{{- define "tributary.needsRoot" -}}
{{- $agent := include "tributary.agent" . | fromJson }}
{{- if or $agent.mounts.varlog $agent.mounts.dockercontainers $agent.mounts.journal (eq (include "tributary.storage" .) "hostPath") }}true{{ end }}
{{- end }}

{{- define "tributary.securityContext" -}}
{{- $agent := include "tributary.agent" . | fromJson }}
{{- if $agent.securityContext }}
{{- toYaml $agent.securityContext }}
{{- else }}
allowPrivilegeEscalation: false
capabilities:
  {{- if include "tributary.needsRoot" . }}
  add: [DAC_READ_SEARCH]
  {{- end }}
  drop: [ALL]
readOnlyRootFilesystem: true
  {{- if include "tributary.needsRoot" . }}
runAsUser: 0
runAsGroup: 0
  {{- else }}
runAsNonRoot: true
runAsUser: 65532
runAsGroup: 65532
  {{- end }}
seccompProfile:
  type: RuntimeDefault
{{- end }}
{{- end }}

{{- define "tributary.podSecurityContext" -}}
{{- if .Values.global.podSecurityContext }}
{{- toYaml .Values.global.podSecurityContext }}
{{- else if not (include "tributary.needsRoot" .) }}
fsGroup: 65532
{{- end }}
{{- end }}

{{- define "tributary.volumeMounts" -}}
{{- $agent := include "tributary.agent" . | fromJson }}
- name: config
  mountPath: /etc/tributary
  readOnly: true
{{- if ne (include "tributary.storage" .) "none" }}
- name: storage
  mountPath: {{ $agent.storagePath }}
{{- end }}
{{- if $agent.mounts.varlog }}
- name: varlog
  mountPath: /var/log
  readOnly: true
{{- end }}
{{- if $agent.mounts.dockercontainers }}
- name: dockercontainers
  mountPath: /var/lib/docker/containers
  readOnly: true
{{- end }}
{{- if $agent.mounts.journal }}
- name: machine-id
  mountPath: /etc/machine-id
  readOnly: true
- name: journal
  mountPath: /run/log/journal
  readOnly: true
{{- end }}
{{- with $agent.mounts.extra }}
{{ toYaml . }}
{{- end }}
{{- end }}

{{- define "tributary.volumes" -}}
{{- $agent := include "tributary.agent" . | fromJson }}
- name: config
  configMap:
    name: {{ include "tributary.configMapName" . }}
{{- $storage := include "tributary.storage" . }}
{{- if eq $storage "hostPath" }}
- name: storage
  hostPath:
    path: {{ $agent.storage.hostPath }}
    type: DirectoryOrCreate
{{- else if eq $storage "emptyDir" }}
- name: storage
  emptyDir:
    {{- with $agent.storage.sizeLimit }}
    sizeLimit: {{ . }}
    {{- else }} {}
    {{- end }}
{{- end }}
{{- if $agent.mounts.varlog }}
- name: varlog
  hostPath:
    path: /var/log
{{- end }}
{{- if $agent.mounts.dockercontainers }}
- name: dockercontainers
  hostPath:
    path: /var/lib/docker/containers
{{- end }}
{{- if $agent.mounts.journal }}
- name: machine-id
  hostPath:
    path: /etc/machine-id
    type: File
- name: journal
  hostPath:
    path: /run/log/journal
    type: DirectoryOrCreate
{{- end }}
{{- with .Values.controller.volumes.extra }}
{{ toYaml . }}
{{- end }}
{{- end }}
