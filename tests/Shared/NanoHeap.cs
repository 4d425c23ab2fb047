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

        /// <summary>
        /// Bytes of everything that is reached from an object, by the name of its type; an array counts for the type of the object
        /// that holds it. <paramref name="leftOut"/> says where to stop.
        /// </summary>
        public static SortedDictionary<string, int> Measure(object root, Func<object, bool> leftOut)
        {
            NanoHeap heap = new(leftOut);
            SortedDictionary<string, int> bytes = new(StringComparer.Ordinal);
            Queue<(object Item, string Holder)> queue = new();
            heap.Reach(root, null, queue);
            while (queue.Count > 0)
            {
                (object item, string holder) = queue.Dequeue();
                string name = item is Array or string ? holder : item.GetType().Name;
                bytes.TryGetValue(name, out int before);
                bytes[name] = before + heap.Size(item, name, queue);
            }

            return bytes;
        }

        private void Reach(object item, string holder, Queue<(object Item, string Holder)> queue)
        {
            if (item != null && !_leftOut(item) && _seen.Add(item))
            {
                queue.Enqueue((item, holder));
            }
        }

        private int Size(object item, string name, Queue<(object Item, string Holder)> queue)
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
                        Reach(one, name, queue);
                    }

                    return Blocks(20 + 12 * array.Length);
                }

                Type stored = element.IsEnum ? Enum.GetUnderlyingType(element) : element;
                return Blocks(20
                    + (System.Runtime.InteropServices.Marshal.SizeOf(stored == typeof(bool) ? typeof(byte) : stored) * array.Length));
            }

            int fields = 0;
            for (Type type = item.GetType(); type != null && type != typeof(object); type = type.BaseType)
            {
                foreach (FieldInfo field
                    in type.GetFields(BindingFlags.Instance | BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.DeclaredOnly))
                {
                    fields++;
                    if (!field.FieldType.IsPrimitive && !field.FieldType.IsEnum)
                    {
                        Reach(field.GetValue(item), name, queue);
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
