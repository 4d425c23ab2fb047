# Adds nanoLibp2p's cryptography to a nanoCLR image: copied to CMake/Modules of nf-interpreter, and found there because
# NF_INTEROP_ASSEMBLIES names NanoLibp2p.Crypto.Native. The variables it sets are those that upstream's generated modules set.
#
# NANOLIBP2P_SODIUM_INCLUDE   where sodium.h of the chip's libsodium lies; empty if the toolchain finds it by itself

set(NANOLIBP2P_SODIUM_INCLUDE "" CACHE PATH "Folder with sodium.h, of the libsodium that the image is linked with")

set(NanoLibp2p.Crypto.Native_FOLDER ${PROJECT_SOURCE_DIR}/InteropAssemblies/NanoLibp2p.Crypto.Native)

set(NanoLibp2p.Crypto.Native_INCLUDE_DIRS
    ${PROJECT_SOURCE_DIR}/src/CLR/Core
    ${PROJECT_SOURCE_DIR}/src/CLR/Include
    ${PROJECT_SOURCE_DIR}/src/HAL/Include
    ${PROJECT_SOURCE_DIR}/src/PAL/Include
    ${NanoLibp2p.Crypto.Native_FOLDER}
    ${NANOLIBP2P_SODIUM_INCLUDE})

# the first holds checksum and version, which nf-interpreter reads from the text
set(NanoLibp2p.Crypto.Native_SOURCES
    ${NanoLibp2p.Crypto.Native_FOLDER}/nanolibp2p_native.cpp
    ${NanoLibp2p.Crypto.Native_FOLDER}/nanolibp2p_native_NanoLibp2p_Crypto_Native_FirmwareCalls_mshl.cpp
    ${NanoLibp2p.Crypto.Native_FOLDER}/nanolibp2p_native_NanoLibp2p_Crypto_Native_FirmwareCalls.cpp
    ${NanoLibp2p.Crypto.Native_FOLDER}/nanolibp2p_crypto.c)

foreach(source ${NanoLibp2p.Crypto.Native_SOURCES})
    if(NOT EXISTS ${source})
        message(FATAL_ERROR "${source} is missing: copy firmware/native/InteropAssemblies of nanoLibp2p into nf-interpreter")
    endif()
endforeach()

include(FindPackageHandleStandardArgs)
find_package_handle_standard_args(
    INTEROP-NanoLibp2p.Crypto.Native DEFAULT_MSG NanoLibp2p.Crypto.Native_INCLUDE_DIRS NanoLibp2p.Crypto.Native_SOURCES)
