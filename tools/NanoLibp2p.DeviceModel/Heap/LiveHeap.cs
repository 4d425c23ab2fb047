using System;
using System.Collections.Generic;
using System.Reflection;
using System.Runtime.InteropServices;
using System.Text;

namespace NanoLibp2p.DeviceModel;

/// <summary>What objects that live here would take on nanoCLR's heap, by the rules of <see cref="NanoHeap"/>.</summary>
public sealed class LiveHeap
{
    private readonly HashSet<object> _seen = new(ReferenceEqualityComparer.Instance);
    private readonly Queue<(object Item, string Holder)> _queue = new();
    private readonly Func<object, bool> _leftOut;

    private LiveHeap(Func<object, bool> leftOut)
    {
        _leftOut = leftOut;
    }

    /// <summary>
    /// Bytes of everything that is reached from an object, by the name of its type; an array or a string counts for the type of the object
    /// that holds it.
    /// </summary>
    /// <param name="root">Where to begin.</param>
    /// <param name="leftOut">Says of an object that neither it nor what only it reaches counts.</param>
    public static SortedDictionary<string, int> Measure(object root, Func<object, bool> leftOut)
    {
        LiveHeap heap = new(leftOut);
        SortedDictionary<string, int> bytes = new(StringComparer.Ordinal);
        heap.Reach(root, root.GetType().Name);
        while (heap._queue.TryDequeue(out (object Item, string Holder) next))
        {
            string name = next.Item is Array or string ? next.Holder : next.Item.GetType().Name;
            bytes[name] = bytes.GetValueOrDefault(name) + heap.Size(next.Item, name);
        }

        return bytes;
    }

    private void Reach(object? item, string holder)
    {
        if (item != null && !_leftOut(item) && _seen.Add(item))
        {
            _queue.Enqueue((item, holder));
        }
    }

    private int Size(object item, string name)
    {
        switch (item)
        {
            case string text:
                return NanoHeap.StringBytes(Encoding.UTF8.GetByteCount(text));
            case Array array:
                Type element = array.GetType().GetElementType()!;
                if (!element.IsPrimitive && !element.IsEnum)
                {
                    foreach (object? one in array)
                    {
                        Reach(one, name);
                    }
                }

                return (int)NanoHeap.ArrayBytes(array.Length, ElementBytes(element), 0);
        }

        int fields = 0;
        for (Type? type = item.GetType(); type != null && type != typeof(object); type = type.BaseType)
        {
            foreach (FieldInfo field
                in type.GetFields(BindingFlags.Instance | BindingFlags.Public | BindingFlags.NonPublic | BindingFlags.DeclaredOnly))
            {
                fields++;
                if (!field.FieldType.IsPrimitive && !field.FieldType.IsEnum)
                {
                    // the box of a struct is an object like any other
                    Reach(field.GetValue(item), name);
                }
            }
        }

        return NanoHeap.BlockBytes * (1 + fields);
    }

    private static int ElementBytes(Type element)
    {
        Type stored = element.IsEnum ? Enum.GetUnderlyingType(element) : element;
        return stored == typeof(bool) ? 1 : stored == typeof(char) ? 2 : stored.IsPrimitive ? Marshal.SizeOf(stored) : NanoHeap.BlockBytes;
    }
}
