using System;
using System.Collections.Generic;
using System.Linq;
using System.Text;
using Mono.Cecil;
using Mono.Cecil.Cil;

namespace NanoLibp2p.DeviceModel;

/// <summary>Names and literals of an assembly: each stands once, in UTF-8 with a byte that ends it, unless every firmware has it.</summary>
internal static class DeviceNames
{
    /// <summary>
    /// Names in the firmware's own table of some 860, as far as shared code uses them; one that is missing here is counted as if the
    /// assembly had to bring it, which is a little too much and never too little.
    /// </summary>
    private static readonly HashSet<string> _inFirmware = new(StringComparer.Ordinal)
    {
        ".cctor", ".ctor", "Abort", "Add", "Append", "ArgumentException", "ArgumentNullException", "ArgumentOutOfRangeException", "Array",
        "ArrayList", "AsyncCallback", "Attribute", "AutoResetEvent", "BeginInvoke", "BitConverter", "Boolean", "Break", "Byte", "Change",
        "Char", "Check", "Clear", "Close", "Combine", "CompareExchange", "Concat", "Contains", "Convert", "Copy", "CopyTo", "DateTime",
        "Debug", "Delegate", "Dispose", "Double", "Empty", "Encoding", "EndInvoke", "EndPoint", "Enqueue", "Enter", "Enum", "Equals",
        "Exception", "Exit", "Finalize", "Flags", "Flush", "Format", "GC", "GetBytes", "GetChars", "GetEnumerator", "GetHashCode",
        "GetString", "GetType", "Guid", "Hash", "Hashtable", "IAsyncResult", "IDisposable", "IEnumerable", "IEnumerator", "IOException",
        "Increment", "IndexOf", "IndexOutOfRangeException", "Initialize", "InitializeArray", "Insert", "Int16", "Int32", "Int64",
        "Interlocked", "InvalidOperationException", "Invoke", "Join", "Key", "Load", "Log", "ManualResetEvent", "Math", "Max", "MaxValue",
        "Message", "Min", "MinValue", "Monitor", "MoveNext", "MulticastDelegate", "Next", "NextBytes", "NotImplementedException",
        "NotSupportedException", "NullReferenceException", "Number", "Object", "ObjectDisposedException", "OutOfMemoryException", "Parse",
        "Push", "Queue", "Random", "Read", "ReferenceEquals", "Reflection", "Remove", "Reset", "Resume", "RuntimeFieldHandle",
        "RuntimeHelpers", "SByte", "Seek", "SeekOrigin", "Set", "SetLength", "Sign", "Single", "Sleep", "Split", "Start", "Stream",
        "String", "StringBuilder", "Substring", "Subtract", "System", "System.Collections", "System.Diagnostics", "System.IO",
        "System.Reflection", "System.Runtime.CompilerServices", "System.Text", "System.Threading", "Thread", "ThreadStart", "TimeSpan",
        "Timer", "ToArray", "ToCharArray", "ToLower", "ToString", "ToUpper", "Trim", "TrimStart", "TryParse", "Type", "UInt16", "UInt32",
        "UInt64", "Value", "ValueType", "Version", "Void", "WaitHandle", "WaitOne", "Write", "WriteByte", "X", "Y", "_count", "_index",
        "_message", "_random", "get_CanRead", "get_CanWrite", "get_Capacity", "get_Chars", "get_Count", "get_Current", "get_End",
        "get_ErrorCode", "get_Flags", "get_Id", "get_IsAlive", "get_Item", "get_Keys", "get_Length", "get_Message", "get_Name",
        "get_Payload", "get_Start", "get_Ticks", "get_UTF8", "get_UtcNow", "get_Version", "index", "key", "mscorlib", "next",
        "op_Equality", "op_Inequality", "set_Capacity", "set_Item", "set_Length", "temp", "value", "value__",
    };

    /// <summary>Bytes of the table.</summary>
    public static int Bytes(ModuleDefinition module, UsedReferences used)
    {
        HashSet<string> names = new(StringComparer.Ordinal) { module.Assembly.Name.Name };
        names.UnionWith(used.Assemblies.Select(reference => reference.Name));
        foreach (TypeReference reference in used.Types)
        {
            names.Add(reference.Name);
            names.Add(reference.Namespace);
        }
        // also of members that nothing uses, when their type is used or has a name within that of one that is
        names.UnionWith(module.GetMemberReferences()
            .Where(member => used.Types.Any(type => type.FullName.Contains(member.DeclaringType.FullName, StringComparison.Ordinal)))
            .Select(member => member.Name));
        foreach (TypeDefinition type in module.GetTypes().Where(type => type.Name != "<Module>"))
        {
            names.Add(type.Name);
            names.Add(type.Namespace);
            names.UnionWith(type.Fields.Where(DeviceImage.IsKept).Select(field => field.Name));
            names.UnionWith(type.Methods.Select(method => method.Name));
            names.UnionWith(type.Methods.Where(method => method.HasBody).SelectMany(method => method.Body.Instructions)
                .Where(instruction => instruction.OpCode.Code == Code.Ldstr).Select(instruction => (string)instruction.Operand));
            names.UnionWith(UsedReferences.Attributes(type).SelectMany(attribute => attribute.ConstructorArguments)
                .Select(argument => argument.Value).OfType<string>());
        }
        names.Add("");
        return names.Where(name => !_inFirmware.Contains(name)).Sum(name => Encoding.UTF8.GetByteCount(name) + 1);
    }
}
