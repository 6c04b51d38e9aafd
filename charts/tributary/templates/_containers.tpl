{{/* The agent, and the reloader beside it. */}}

{{/* Environment variables; those of extraEnv take the place of the chart's own. */}}
{{- define "tributary.env" -}}
{{- $agent := include "tributary.agent" . | fromJson }}
{{- $given := list }}
{{- range $agent.extraEnv }}{{ $given = append $given .name }}{{ end }}
{{- range $name := list "HOSTNAME" "K8S_NODE_NAME" "NODE_NAME" }}
  {{- if not (has $name $given) }}
- name: {{ $name }}
  valueFrom:
    fieldRef:
      fieldPath: spec.nodeName
  {{- end }}
{{- end }}
{{- range $name, $value := dict "CLUSTER" $agent.cluster "LOKI_URL" $agent.loki.url }}
  {{- if not (has $name $given) }}
- name: {{ $name }}
  value: {{ $value | quote }}
  {{- end }}
{{- end }}
{{- with $agent.extraEnv }}
{{ toYaml . }}
{{- end }}
{{- end }}

{{- define "tributary.args" -}}
{{- $agent := include "tributary.agent" . | fromJson }}
- run
- /etc/tributary/{{ include "tributary.configKey" . }}
- --storage.path={{ $agent.storagePath }}
- --storage.queue-size={{ $agent.queueSize }}
- --server.http.listen-addr={{ $agent.listenAddr }}:{{ $agent.listenPort }}
- --stability.level={{ $agent.stabilityLevel }}
{{- with $agent.extraArgs }}
{{ toYaml . }}
{{- end }}
{{- end }}

{{- define "tributary.container" -}}
{{- $agent := include "tributary.agent" . | fromJson }}
{{- if ne ($agent.uiPathPrefix | default "/") "/" }}
{{- fail "uiPathPrefix: the HTTP interface is always at /; leave it out" }}
{{- end }}
name: tributary
image: {{ include "tributary.image" (list .Values.global .Values.image .Chart.AppVersion) }}
imagePullPolicy: {{ .Values.image.pullPolicy | default .Values.global.image.pullPolicy | default "IfNotPresent" }}
{{- with $agent.command }}
command:
  {{- toYaml . | nindent 2 }}
{{- end }}
args:
  {{- include "tributary.args" . | trim | nindent 2 }}
env:
  {{- include "tributary.env" . | trim | nindent 2 }}
{{- with $agent.envFrom }}
envFrom:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- if or $agent.enableHttpServerPort $agent.extraPorts }}
ports:
  {{- if $agent.enableHttpServerPort }}
  - name: http-metrics
    containerPort: {{ $agent.listenPort }}
  {{- end }}
  {{- range $agent.extraPorts }}
  - name: {{ .name }}
    containerPort: {{ .targetPort }}
    protocol: {{ .protocol | default "TCP" }}
    {{- with .hostPort }}
    hostPort: {{ . }}
    {{- end }}
  {{- end }}
{{- end }}
readinessProbe:
  httpGet:
    path: /-/ready
    port: {{ $agent.listenPort }}
    scheme: {{ $agent.listenScheme }}
  initialDelaySeconds: {{ $agent.initialDelaySeconds }}
  timeoutSeconds: {{ $agent.timeoutSeconds }}
{{- with $agent.livenessProbe }}
livenessProbe:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- with $agent.lifecycle }}
lifecycle:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- with $agent.resources }}
resources:
  {{- toYaml . | nindent 2 }}
{{- end }}
securityContext:
  {{- include "tributary.securityContext" . | trim | nindent 2 }}
volumeMounts:
  {{- include "tributary.volumeMounts" . | trim | nindent 2 }}
{{- end }}

{{- define "tributary.reloader" -}}
{{- $agent := include "tributary.agent" . | fromJson }}
name: config-reloader
image: {{ include "tributary.image" (list .Values.global .Values.configReloader.image "latest") }}
{{- with .Values.configReloader.customArgs }}
args:
  {{- toYaml . | nindent 2 }}
{{- else }}
args:
  - --watched-dir=/etc/tributary
  - --reload-url={{ lower $agent.listenScheme }}://localhost:{{ $agent.listenPort }}/-/reload
{{- end }}
{{- with .Values.configReloader.resources }}
resources:
  {{- toYaml . | nindent 2 }}
{{- end }}
securityContext:
{{- with .Values.configReloader.securityContext }}
  {{- toYaml . | nindent 2 }}
{{- else }}
  allowPrivilegeEscalation: false
  capabilities:
    drop: [ALL]
  readOnlyRootFilesystem: true
  runAsNonRoot: true
  runAsUser: 65534
  seccompProfile:
    type: RuntimeDefault
{{- end }}
volumeMounts:
  - name: config
    mountPath: /etc/tributary
    readOnly: true
{{- end }}
