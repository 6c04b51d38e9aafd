# The .deb, and the same files as an archive for distributions without dpkg: the targets `deb` and `portable`
# of the preset release leave them in the build folder.
install(PROGRAMS $<$<TARGET_EXISTS:tributary>:$<TARGET_FILE:tributary>>
                 $<$<TARGET_EXISTS:cfgc>:$<TARGET_FILE:cfgc>> DESTINATION /usr/bin)
install(FILES packaging/tributary.service DESTINATION /usr/lib/systemd/system)
install(FILES packaging/journal.conf DESTINATION /usr/lib/systemd/system/tributary.service.d)
install(FILES packaging/sysusers.conf DESTINATION /usr/lib/sysusers.d RENAME tributary.conf)
install(FILES packaging/default DESTINATION /etc/default RENAME tributary PERMISSIONS OWNER_READ OWNER_WRITE)
install(FILES packaging/config.river DESTINATION /etc/tributary)
install(FILES packaging/docker.conf packaging/profiling.conf packaging/profiling-kernel.conf
        DESTINATION /usr/share/tributary)
set(copyright ${CMAKE_BINARY_DIR}/copyright)
add_custom_command(OUTPUT ${copyright} COMMAND ${CMAKE_SOURCE_DIR}/packaging/notices.py > ${copyright}
                   DEPENDS packaging/notices.py LICENSE VERBATIM)
add_custom_target(notices DEPENDS ${copyright})
install(FILES ${copyright} DESTINATION /usr/share/doc/tributary)
install(FILES README.md DESTINATION /usr/share/doc/tributary)
install(DIRECTORY docs/ DESTINATION /usr/share/doc/tributary/docs FILES_MATCHING PATTERN "*.md")

set(CPACK_GENERATOR DEB)
set(CPACK_PACKAGE_NAME tributary)
set(CPACK_PACKAGE_CONTACT "Tributary maintainers <maintainers@tributary.example>")
set(CPACK_PACKAGE_DESCRIPTION_SUMMARY "Telemetry agent for River configurations, and their compiler")
set(CPACK_PACKAGE_DESCRIPTION "tributary ships a host's journal, syslog, files and container logs to Loki.
 cfgc compiles an Ansible inventory into one checked configuration per host.")
set(CPACK_SET_DESTDIR ON)
set(CPACK_INSTALL_PREFIX /usr)
set(CPACK_DEBIAN_FILE_NAME DEB-DEFAULT)
# As Debian and Go name architectures.
set(architecture ${CMAKE_SYSTEM_PROCESSOR})
string(REPLACE x86_64 amd64 architecture ${architecture})
string(REPLACE aarch64 arm64 architecture ${architecture})
set(CPACK_PACKAGE_FILE_NAME tributary_${PROJECT_VERSION}_linux_${architecture})
set(CPACK_DEBIAN_PACKAGE_SECTION admin)
set(CPACK_DEBIAN_PACKAGE_DEPENDS "libc6 (>= 2.34), systemd, init-system-helpers, tzdata")
set(CPACK_DEBIAN_PACKAGE_RECOMMENDS "ca-certificates, python3-jinja2")
set(CPACK_DEBIAN_PACKAGE_CONTROL_STRICT_PERMISSION ON)
set(CPACK_DEBIAN_PACKAGE_CONTROL_EXTRA
    ${CMAKE_SOURCE_DIR}/packaging/postinst ${CMAKE_SOURCE_DIR}/packaging/prerm
    ${CMAKE_SOURCE_DIR}/packaging/postrm ${CMAKE_SOURCE_DIR}/packaging/conffiles)
include(CPack)

# CMake's own target `package` would build every test first.
add_custom_target(deb COMMAND cpack --config ${CMAKE_BINARY_DIR}/CPackConfig.cmake -B ${CMAKE_BINARY_DIR}
                  DEPENDS tributary cfgc notices VERBATIM)
add_custom_target(portable COMMAND cpack --config ${CMAKE_BINARY_DIR}/CPackConfig.cmake -G TGZ -B ${CMAKE_BINARY_DIR}
                  DEPENDS tributary cfgc notices VERBATIM)
