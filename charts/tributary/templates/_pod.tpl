{{/* The template of the pods: one for all controllers. */}}
{{- define "tributary.pod" -}}
{{- $agent := include "tributary.agent" . | fromJson }}
{{- $controller := .Values.controller }}
metadata:
  annotations:
    kubectl.kubernetes.io/default-container: tributary
    {{- if and $agent.configMap.create (not .Values.configReloader.enabled) }}
    checksum/config: {{ include "tributary.config" . | sha256sum }}
    {{- end }}
    {{- with $controller.podAnnotations }}
    {{- toYaml . | nindent 4 }}
    {{- end }}
  labels:
    {{- include "tributary.selectorLabels" . | nindent 4 }}
    {{- with $controller.extraLabels }}
    {{- toYaml . | nindent 4 }}
    {{- end }}
    {{- with $controller.podLabels }}
    {{- toYaml . | nindent 4 }}
    {{- end }}
spec:
  serviceAccountName: {{ include "tributary.serviceAccountName" . }}
  automountServiceAccountToken: {{ .Values.serviceAccount.automountServiceAccountToken }}
  {{- with include "tributary.podSecurityContext" . | trim }}
  securityContext:
    {{- . | nindent 4 }}
  {{- end }}
  {{- with .Values.image.pullSecrets | default .Values.global.image.pullSecrets }}
  imagePullSecrets:
    {{- toYaml . | nindent 4 }}
  {{- end }}
  {{- with $controller.initContainers }}
  initContainers:
    {{- toYaml . | nindent 4 }}
  {{- end }}
  containers:
    - {{ include "tributary.container" . | trim | nindent 6 | trim }}
    {{- if .Values.configReloader.enabled }}
    - {{ include "tributary.reloader" . | trim | nindent 6 | trim }}
    {{- end }}
    {{- with $controller.extraContainers }}
    {{- toYaml . | nindent 4 }}
    {{- end }}
  {{- with $agent.hostAliases }}
  hostAliases:
    {{- toYaml . | nindent 4 }}
  {{- end }}
  {{- if $controller.hostNetwork }}
  hostNetwork: true
  {{- end }}
  {{- if $controller.hostPID }}
  hostPID: true
  {{- end }}
  dnsPolicy: {{ $controller.dnsPolicy | default (ternary "ClusterFirstWithHostNet" "ClusterFirst" $controller.hostNetwork) }}
  {{- if not (kindIs "invalid" $controller.terminationGracePeriodSeconds) }}
  terminationGracePeriodSeconds: {{ $controller.terminationGracePeriodSeconds }}
  {{- end }}
  {{- with $controller.nodeSelector }}
  nodeSelector:
    {{- toYaml . | nindent 4 }}
  {{- end }}
  {{- if not (kindIs "invalid" $controller.tolerations) }}
  {{- with $controller.tolerations }}
  tolerations:
    {{- toYaml . | nindent 4 }}
  {{- end }}
  {{- else if eq $controller.type "daemonset" }}
  tolerations:
    - operator: Exists
  {{- end }}
  {{- with $controller.affinity }}
  affinity:
    {{- toYaml . | nindent 4 }}
  {{- end }}
  {{- with $controller.topologySpreadConstraints }}
  topologySpreadConstraints:
    {{- toYaml . | nindent 4 }}
  {{- end }}
  {{- with $controller.priorityClassName }}
  priorityClassName: {{ . }}
  {{- end }}
  volumes:
    {{- include "tributary.volumes" . | trim | nindent 4 }}
{{- end }}
