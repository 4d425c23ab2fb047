#nullable disable

using System;
using System.Collections.Generic;
using System.Reflection;

namespace NanoLibp2p.Tests
{
    /// <summary>
    /// Sizes of real objects as nanoCLR's heap keeps them, in blocks of 12 bytes: an object takes one block and one for each
    /// field; an array 20 bytes and its elements, rounded up; a string 13 and its bytes; a struct field a reference and an object.
    /// </summary>
    internal sealed class NanoHeap
    {
        private readonly HashSet<object> _seen = new HashSet<object>(ReferenceEqualityComparer.Instance);
        private readonly Func<object, bool> _leftOut;

        private NanoHeap(Func<object, bool> leftOut)
        {
            _leftOut = leftOut;
        }

        /// <summary>Bytes by type name of everything that is reached from an object; <paramref name="leftOut"/> says where to stop.</summary>
        public static SortedDictionary<string, int> Measure(object root, Func<object, bool> leftOut)
        {
            var heap = new NanoHeap(leftOut);
            var bytes = new SortedDictionary<string, int>(StringComparer.Ordinal);
            var queue = new Queue<object>();
            heap.Reach(root, queue);
            while (queue.Count > 0)
            {
                object item = queue.Dequeue();
                string name = item.GetType().Name;
                bytes.TryGetValue(name, out int before);
                bytes[name] = before + heap.Size(item, queue);
            }

            return bytes;
        }

        private void Reach(object item, Queue<object> queue)
        {
            if (item != null && !_leftOut(item) && _seen.Add(item))
            {
                queue.Enqueue(item);
            }
        }

        private int Size(object item, Queue<object> queue)
        {
            if (item is string text)
            {
                return Blocks(13 + System.Text.Encoding.UTF8.GetByteCount(text));
            }

            if (item is Array array)
            {
                Type element = array.GetType().GetElementType();
                if (!element.IsPrimitive && !element.IsEnum)
                {
                    foreach (object one in array)
                    {
                        Reach(one, queue);
                    }

                    return Blocks(20 + 12 * array.Length);
                }

                Type stored = element.IsEnum ? Enum.GetUnderlyingType(element) : element;
                return Blocks(20 + (System.Runtime.InteropServices.Marshal.SizeOf(stored == typeof(bool) ? typeof(byte) : stored) * array.Length));
            }

            int fields = 0;
            for (Type type = item.GetType(); type != null && type != typeof(object); type = type.BaseType)
            {
                foreach (FieldInfo field in type.GetFields(BindingFlags.Instance | BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.DeclaredOnly))
                {
                    fields++;
                    if (!field.FieldType.IsPrimitive && !field.FieldType.IsEnum)
                    {
                        Reach(field.GetValue(item), queue);
                    }
                }
            }

            return 12 + (12 * fields);
        }

        private static int Blocks(int bytes)
        {
            return (bytes + 11) / 12 * 12;
        }
    }
}
