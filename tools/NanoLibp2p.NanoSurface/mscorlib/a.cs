namespace System {
public class Object { public virtual string ToString()=>null; public virtual bool Equals(object o)=>false; public virtual int GetHashCode()=>0; ~Object(){} }
public class ValueType {} public struct Int32 {} public struct Void{} public class String{} public struct Boolean{} public struct Byte{} public class Enum:ValueType{} public class Array{} public class Attribute{} public class Delegate{} public class MulticastDelegate:Delegate{} public struct IntPtr{} public struct UIntPtr{} public class Type{} public class Exception{} public class AttributeUsageAttribute : Attribute { public AttributeUsageAttribute(AttributeTargets t){} public bool AllowMultiple; public bool Inherited; } public enum AttributeTargets{All=16383} public class ParamArrayAttribute:Attribute{} public interface IDisposable{void Dispose();} public struct RuntimeTypeHandle{} public struct RuntimeFieldHandle{}
}
namespace System.Runtime.CompilerServices { public class RuntimeHelpers{} }
namespace System.Reflection { public class DefaultMemberAttribute:Attribute{ public DefaultMemberAttribute(string s){} } }
