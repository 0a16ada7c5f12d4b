/* value.h: arguments from JavaScript and answers to it. SPDX-License-Identifier: Apache-2.0 */
#ifndef RINGWALL_NATIVE_VALUE_H
#define RINGWALL_NATIVE_VALUE_H
#include <node_api.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* value_number makes a number; errors are answered as -errno. */
static inline napi_value
value_number(napi_env env, int64_t number)
{
	napi_value result = NULL;
	napi_create_int64(env, number, &result);
	return result;
}

/* value_arguments gets exactly `wanted` arguments, or leaves a TypeError behind and returns false. */
static inline bool
value_arguments(napi_env env, napi_callback_info info, size_t wanted, napi_value *argv)
{
	size_t argc = wanted;
	if (napi_get_cb_info(env, info, &argc, argv, NULL, NULL) == napi_ok && argc == wanted)
		return true;
	napi_throw_type_error(env, NULL, "wrong number of arguments");
	return false;
}

/* value_descriptor is value_arguments, and gets the first one as a descriptor. */
static inline bool
value_descriptor(napi_env env, napi_callback_info info, size_t wanted, napi_value *argv, int *fd)
{
	if (!value_arguments(env, info, wanted, argv))
		return false;
	if (napi_get_value_int32(env, argv[0], fd) == napi_ok)
		return true;
	napi_throw_type_error(env, NULL, "expected a descriptor");
	return false;
}

/* value_text copies a string of less than `size` bytes; false if it is none or longer. */
static inline bool
value_text(napi_env env, napi_value value, char *text, size_t size)
{
	size_t length = 0;
	if (napi_get_value_string_utf8(env, value, NULL, 0, &length) != napi_ok || length >= size)
		return false;
	return napi_get_value_string_utf8(env, value, text, size, &length) == napi_ok;
}

/* value_words gets `count` numbers from 0 to 2^32 - 1. */
static inline bool
value_words(napi_env env, const napi_value *argv, size_t count, uint32_t *words)
{
	for (size_t i = 0; i < count; i++)
		if (napi_get_value_uint32(env, argv[i], &words[i]) != napi_ok)
			return false;
	return true;
}
#endif
